"""Sends a file, or the part of it asked for, all from one opening of it.

A film is cut anew while it plays: what was opened is what is told of, and what is sent. So one
answer never holds bytes of two films, and who goes on with a part sees that it is another.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_PIECE = 256 * 1024  # bytes read at once
_PART = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)
_FOLLOWING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = _FOLLOWING | getattr(os, "O_NOFOLLOW", 0)


def version_of(found: os.stat_result) -> str:
    """What tells a file from one that took its place."""
    return f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"


def part_of(size: int, asked: str) -> tuple[int, range]:
    """The status that a ``Range`` header is answered with, and the bytes it means.

    What is no single part of bytes is as if it had not been asked for (RFC 9110, 14.2).
    """
    match = _PART.fullmatch(asked)
    if match is None or match[1] == match[2] == "":
        return 200, range(size)
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), int(match[2] or 10**18)
        if last < first:
            return 200, range(size)
    part = range(first, min(last + 1, size))
    return (206, part) if part else (416, part)


async def sent_file(
    request: Request,
    path: Path,
    kind: str,
    headers: Mapping[str, str],
    *,
    version: str | None = None,
    links: bool = False,
) -> Response:
    """A file, or the part of it asked for.

    Args:
        request: who asks.
        path: of the file.
        kind: what it is.
        headers: for its answer.
        version: which one is meant; absent, any that lies there.
        links: whether a symbolic link in its place is followed.

    Raises:
        HTTPException: there is no such file now.
    """
    file = await run_in_threadpool(_opened, path, _FOLLOWING if links else _NO_LINK)
    found = os.fstat(file.fileno())
    now = version_of(found)
    if not stat.S_ISREG(found.st_mode) or version not in (None, now):
        file.close()
        raise HTTPException(404)
    etag = f'"{now}"'
    told = {**headers, "etag": etag, "accept-ranges": "bytes"}
    if request.headers.get("if-none-match") == etag:
        file.close()
        return Response(status_code=304, headers=told)
    goes_on = request.headers.get("if-range", etag) == etag
    status, part = part_of(found.st_size, request.headers.get("range", "") if goes_on else "")
    if status != 200:
        span = f"{part.start}-{part.stop - 1}" if part else "*"
        told["content-range"] = f"bytes {span}/{found.st_size}"
    return _Sent(file, part, status, told, kind)


def _opened(path: Path, how: int) -> IO[bytes]:
    try:
        handle = os.open(path, os.O_RDONLY | how)
    except (OSError, ValueError) as error:  # gone since the snapshot was made
        raise HTTPException(404) from error
    try:
        return os.fdopen(handle, "rb", buffering=0)
    except OSError as error:  # a folder
        os.close(handle)
        raise HTTPException(404) from error


class _Sent(Response):
    """Bytes of an open file, which is closed whatever comes of it."""

    def __init__(
        self, file: IO[bytes], part: range, status: int, headers: Mapping[str, str], kind: str
    ) -> None:
        super().__init__(None, status, {**headers, "content-length": str(len(part))}, kind)
        self._file, self._part = file, part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as long as somebody takes it."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            left = 0 if scope["method"] == "HEAD" else len(self._part)
            await run_in_threadpool(self._file.seek, self._part.start)
            while left and not gone.done():
                piece = await run_in_threadpool(self._file.read, min(left, _PIECE))
                if not piece:
                    return  # it was cut short meanwhile: the connection ends, and says so
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._file.close()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
