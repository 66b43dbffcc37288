"""A server on a real socket that answers exactly the bytes it is told to, and remembers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Then = Literal["keep", "close", "reset", "hang"]


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """Bytes to answer, in pieces ``pause`` seconds apart, and what happens then."""

    pieces: tuple[bytes, ...] = ()
    then: Then = "keep"
    pause: float = 0.0


def http(
    status: int,
    body: bytes | dict[str, Any] | list[Any] = b"",
    *,
    then: Then = "keep",
    length: int | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """A proper answer, or one whose ``length`` lies."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    lines = {"content-type": kind, "content-length": str(len(raw) if length is None else length)}
    lines.update(headers or {})
    head = f"HTTP/1.1 {status} Words\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items() if value
    )
    return Reply((head.encode() + b"\r\n" + raw,), then)


Handler = Callable[[Heard], "Reply | Awaitable[Reply]"]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    """Answers each request by ``handler``."""

    handler: Handler
    url: str = ""
    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    received: int = 0
    busy: int = 0
    most_busy: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._one(reader, writer):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.received += len(head)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        exact = dict(line.split(": ", 1) for line in lines if ": " in line)
        headers = {name: exact[next(n for n in exact if n.lower() == name)] for name in headers}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.received += len(body)
        heard = Heard(method, target, headers, body)
        self.heard.append(heard)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            reply = self.handler(heard)
            reply = reply if isinstance(reply, Reply) else await reply
        finally:
            self.busy -= 1
        for piece in reply.pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(reply.pause)
        if reply.then == "hang":
            await asyncio.sleep(3600)
        if reply.then == "reset":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return reply.then == "keep"


@contextlib.asynccontextmanager
async def loopback(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    """A server, listening while the block runs."""
    one = Loopback(handler)
    async with listening(one.serve, tls) as one.port:
        one.url = f"{'https' if tls else 'http'}://127.0.0.1:{one.port}"
        yield one


@contextlib.asynccontextmanager
async def listening(answer: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A port of this machine whose callers get an answer, until the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await answer(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        waiting = tuple(tasks)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
