"""HTTP/1.1 by hand: a library would not let us answer as badly as a bad day does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST_HEAD = 64 * 1024
MOST_BODY = 64 * 1024 * 1024  # above every limit a vendor states, so that the vendor refuses it


class BadWireError(Exception):
    """What came is no HTTP request we can answer; the connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; names of headers are in small letters, ``body`` is whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, decoded."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def base(self) -> str:
        """How the client calls this server."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer as it should be; ``note`` is for the desk's own log."""

    status: int
    body: bytes = b""
    kind: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""


def json_answer(status: int, content: object, note: str = "", **headers: str) -> Answer:
    """An answer in JSON; ``retry_after="7"`` becomes ``retry-after: 7``."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, json.dumps(content).encode(), headers=named, note=note)


def loads_strictly(data: bytes) -> Any:
    """JSON as a vendor's parser reads it: no ``NaN``.

    Raises:
        ValueError: it is none, or nested too deep.
    """
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def prompt_in(body: bytes) -> str:
    """The shot's words in a body that may be anything; empty where there are none."""
    try:
        content = loads_strictly(body)
    except ValueError:
        return ""
    prompt = content.get("prompt") if isinstance(content, dict) else None
    return prompt if isinstance(prompt, str) else ""


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def spell_head(answer: Answer, *, length: int | None = None) -> bytes:
    """Status line and headers; ``length`` lies about the body's where it is given."""
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
    if answer.kind:
        lines.append(f"content-type: {answer.kind}")
    lines.append(f"content-length: {len(answer.body) if length is None else length}")
    lines += [f"{name}: {value}" for name, value in answer.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


async def read_head(reader: asyncio.StreamReader) -> Request | None:
    """The next request without its body; ``None`` when the client has gone.

    Raises:
        BadWireError: it is no request.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadWireError("a request was cut off") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadWireError("a head without an end") from error
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadWireError(f"no request line: {first[:80]!r}")
    return Request(words[0], words[1], dict(_headers(lines)))


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    pairs = [line.partition(":") for line in lines]
    if any(not colon for _, colon, _ in pairs):
        raise BadWireError("a header without a colon")
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


async def read_body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Request
) -> bytes:
    """The body that belongs to ``head``, plain or chunked.

    Raises:
        BadWireError: it is cut off, too long, or its length is unreadable.
    """
    chunked = "chunked" in head.headers.get("transfer-encoding", "").lower()
    length = head.headers.get("content-length", "0")
    if not chunked and (not length.isdigit() or int(length) > MOST_BODY):
        raise BadWireError(f"a body of {length[:20]} bytes")
    if head.headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        return await (_chunks(reader) if chunked else reader.readexactly(int(length)))
    except (asyncio.IncompleteReadError, ValueError) as error:
        raise BadWireError("a body was cut off") from error


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        if size + sum(map(len, parts)) > MOST_BODY:
            raise BadWireError("a body without an end")
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readuntil(b"\r\n")).strip():
        pass  # trailers say nothing to us
    return b"".join(parts)


async def drained(writer: asyncio.StreamWriter) -> None:
    """Wait until every byte has been handed to the system."""
    writer.transport.set_write_buffer_limits(0)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
