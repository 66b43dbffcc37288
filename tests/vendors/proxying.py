"""A proxy on a real socket: tunnels and forwards to where it is told to, and remembers."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from loopback import listening

Does = Literal["pass", "refuse", "close", "bad gateway", "garbage"]


@dataclass
class ProxyServer:
    """Passes everything on to the port ``to`` of this machine, whatever name it is asked for.

    With ``wants`` (``name:password``) it passes nothing on without them.
    """

    to: int
    does: Does = "pass"
    wants: str | None = None
    port: int = 0
    heads: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """The first line of each request."""
        return [head.partition("\r\n")[0] for head in self.heads]

    def url(self, user: str = "") -> str:
        return f"http://{user}{'@' if user else ''}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._one(reader, writer)
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            answer = self._instead(head)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            else:
                await self._pass(head, reader, writer)

    def _instead(self, head: str) -> bytes | None:
        """What is answered in the place of passing on."""
        token = base64.b64encode((self.wants or "").encode()).decode()
        if self.does == "refuse" or (self.wants and f"Basic {token}" not in head):
            return b"HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"
        if self.does == "bad gateway":
            return b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"
        return {"close": b"", "garbage": b"what?\r\n\r\n"}.get(self.does)

    async def _pass(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.to)
        if head.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            back.write(head.encode("latin-1"))
        ways = (_pump(reader, back), _pump(there, writer))
        await asyncio.gather(*ways, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
    finally:
        target.close()


@contextlib.asynccontextmanager
async def a_proxy(
    to: int, does: Does = "pass", wants: str | None = None
) -> AsyncIterator[ProxyServer]:
    """A proxy, listening while the block runs."""
    one = ProxyServer(to, does, wants)
    async with listening(one.serve) as one.port:
        yield one
