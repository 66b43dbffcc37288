"""The desk itself: listens on loopback, answers, and misbehaves where a rule says so."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import replace

from pipeline.desk.accounts import Accounts
from pipeline.desk.apiframe import Apiframe
from pipeline.desk.clips import ClipMaker
from pipeline.desk.clock import Clock
from pipeline.desk.delivery import REFUSALS, Delivery, plain, refused, spoiled
from pipeline.desk.empiriolabs import EmpirioLabs
from pipeline.desk.faults import NOBODY, Faults, Rule, Subject
from pipeline.desk.ledger import Ledger
from pipeline.desk.options import Options
from pipeline.desk.parts import Parts, VendorOnDesk
from pipeline.desk.private import Private
from pipeline.desk.traffic import Stranger, Traffic
from pipeline.desk.wire import (
    MOST_HEAD,
    Answer,
    BadWireError,
    Request,
    drained,
    json_answer,
    read_body,
    read_head,
    spell_head,
)

VENDORS: dict[str, type[VendorOnDesk]] = {
    "apiframe": Apiframe,
    "empiriolabs": EmpirioLabs,
}

HOST = "127.0.0.1"
_ENDLESS = b"\0" * 65536
_LINGER = struct.pack("ii", 1, 0)  # closing then sends RST

Tell = Callable[[str], None]


class Server:
    """A vendor on two ports: its own, and one that plays another host."""

    def __init__(self, vendor: str, options: Options, tell: Tell | None = None) -> None:
        from pipeline.media.ffmpeg import find_ffmpeg

        clips = ClipMaker(find_ffmpeg(options.ffmpeg), options.clips)
        clock = Clock(options.speed)
        self.parts = Parts(
            options=options,
            clock=clock,
            faults=Faults(options.rules, options.seed),
            ledger=Ledger(options.ledger),
            accounts=Accounts(options, clock),
            clips=clips,
        )
        self.vendor = VENDORS[vendor](self.parts)
        self.private = Private(self.parts, self.vendor)
        self.url = ""
        self._tell = tell
        self._number = 0
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Task[None]] = set()

    @property
    def traffic(self) -> Traffic:
        """What came in."""
        return self.parts.traffic

    async def start(self, port: int = 0) -> None:
        """Listen; ``url`` is then known.

        Raises:
            OSError: the port is taken.
        """
        for handle, wanted in ((self._serve, port), (self._serve_elsewhere, 0)):
            one = await asyncio.start_server(handle, HOST, wanted, limit=MOST_HEAD, backlog=1024)
            self._servers.append(one)
        ours, other = (one.sockets[0].getsockname()[1] for one in self._servers)
        self.url = f"http://{HOST}:{ours}"
        self.parts.elsewhere = f"http://localhost:{other}"

    async def stop(self) -> None:
        """Close everything, at once."""
        for one in self._servers:
            one.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.to_thread(self.parts.clips.close)
        self.parts.ledger.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.traffic.connections += 1
        rule = self.parts.faults.meet("connect", NOBODY)
        if rule:
            await self._talk(writer, self._send(writer, self._refused(rule, NOBODY)))
        else:
            await self._talk(writer, self._converse(reader, writer))

    async def _serve_elsewhere(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._talk(writer, self._elsewhere(reader, writer))

    async def _talk(
        self, writer: asyncio.StreamWriter, talk: Coroutine[None, None, object]
    ) -> None:
        """One connection to its end; whatever the client does to it is the client's business."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - start_server makes one
        self._open.add(task)
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await talk
        except asyncio.CancelledError:
            writer.transport.abort()  # the desk closes: nobody waits for this task's word
        finally:
            self._open.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await read_head(reader)) and await self._one(reader, writer, head):
                pass
        except BadWireError as error:
            answer = json_answer(400, {"error": str(error)})
            await self._send(writer, replace(plain(answer), end="close"))

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Request
    ) -> bool:
        """Answer one request; whether the connection goes on."""
        point = self.vendor.point(head)
        if point and (rule := self.parts.faults.meet(point, NOBODY, unread=True)):
            return await self._send(writer, self._refused(rule, NOBODY))
        request = replace(head, body=await read_body(reader, writer, head))
        if head.path.startswith("/desk/"):
            return await self._send(writer, plain(self.private.answer(request)))
        self._count(request, point)
        goes_on = await self._send(writer, await self._delivery(request, point))
        return goes_on and head.headers.get("connection", "").lower() != "close"

    def _count(self, request: Request, point: str) -> None:
        self.traffic.requests[point or "other"] += 1
        if point in ("fetch", "") and request.headers.keys() & {"x-api-key", "authorization"}:
            self.traffic.leaks += 1

    async def _delivery(self, request: Request, point: str) -> Delivery:
        subject = self.vendor.subject(request, point) if point else NOBODY
        rule = self.parts.faults.meet(point, subject) if point else None
        if request.method == "HEAD":
            return Delivery(spell_head(await self._answered(request, point)))
        if rule is None:
            return plain(await self._answered(request, point))
        if rule.seconds and rule.do != "hang":
            await asyncio.sleep(self.parts.clock.real(rule.seconds))
        return await self._misbehaved(rule, request, point, subject)

    def _refused(self, rule: Rule, subject: Subject) -> Delivery:
        def refusal(status: int, said: str | None) -> Answer:
            return self.vendor.refusal(status, said, subject)

        return refused(rule, self.parts.clock.now(), refusal)

    async def _misbehaved(
        self, rule: Rule, request: Request, point: str, subject: Subject
    ) -> Delivery:
        self._say(f"  rule: {rule.do} on {rule.on}")
        if rule.do in REFUSALS and rule.when == "before":
            return self._refused(rule, subject)
        if rule.do == "whole":
            request = replace(request, headers={**request.headers, "range": ""})
        answer = await self._answered(request, point)
        if rule.do in ("slow", "whole"):
            return plain(answer)
        if rule.do in REFUSALS:
            return self._refused(rule, subject)
        return spoiled(rule, answer, self.vendor.ended)

    async def _answered(self, request: Request, point: str) -> Answer:
        """The vendor's own answer, with a number of its own [doc: Apiframe's ``x-request-id``]."""
        answer = await self.vendor.answer(request, point)
        self._number += 1
        named = ("x-request-id", f"req_{self._number:08x}")
        path = request.path if len(request.path) < 60 else f"{request.path[:59]}…"
        self._say(f"{request.method} {path} {answer.status} {answer.note}")
        return replace(answer, headers=(*answer.headers, named))

    def _say(self, line: str) -> None:
        if self._tell:
            self._tell(line)

    async def _send(self, writer: asyncio.StreamWriter, delivery: Delivery) -> bool:
        """Send it as it is meant; whether the connection goes on."""
        if delivery.pace:
            await self._drip(writer, delivery.data, delivery.pace)
        else:
            writer.write(delivery.data)
        if delivery.end == "keep":
            await writer.drain()
            return True
        await drained(writer)
        await self._end(writer, delivery)
        return False

    async def _drip(self, writer: asyncio.StreamWriter, data: bytes, pace: int) -> None:
        for start in range(0, len(data), max(1, pace // 10)):
            writer.write(data[start : start + max(1, pace // 10)])
            await writer.drain()
            await asyncio.sleep(self.parts.clock.real(0.1))

    async def _end(self, writer: asyncio.StreamWriter, delivery: Delivery) -> None:
        if delivery.end == "hang":
            await asyncio.sleep(self.parts.clock.real(delivery.hang))
        while delivery.end == "endless":  # until the client has enough: then the write fails
            writer.write(_ENDLESS)
            await writer.drain()
        if delivery.end == "reset":
            line: socket.socket = writer.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            writer.transport.abort()

    async def _elsewhere(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The other host: keeps every header it is sent, and serves the clips too."""
        while head := await read_head(reader):
            self.traffic.strangers.append(Stranger(head.target, dict(head.headers)))
            request = replace(head, body=await read_body(reader, writer, head))
            await self._send(writer, plain(await self.vendor.answer(request, "fetch")))
