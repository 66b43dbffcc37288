"""Downloads a clip from a link that a stranger gave: checked, streamed, limited, resumed.

No key is here, so none can go anywhere. What has arrived stays at the target; a small file beside
it remembers what it is of, so that the next try asks for the rest and for nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.vendors.addresses import Address, is_public, literal_address, why_not
from pipeline.vendors.answer import seconds_until
from pipeline.vendors.errors import LinkError, NotSentError, VendorError
from pipeline.vendors.http import Link, join_link, read_link
from pipeline.vendors.part import Part
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import Proxies
from pipeline.vendors.sniffing import is_text
from pipeline.vendors.streaming import Downloader, Stream

MOST_BYTES = 2 * 1024**3
MOST_SECONDS = 1800.0
_HOPS = 3
_AT_ONCE = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_TEXTS = ("text/", "application/json", "application/xml", "application/xhtml")

Tell = Callable[[int, int | None], None]
LookUp = Callable[[str, int], Awaitable[list[Address]]]


async def look_up(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the system's order.

    Raises:
        OSError: it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    literals = (literal_address(str(entry[4][0])) for entry in found)
    return list(dict.fromkeys(address for address in literals if address))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a download may take, and from where."""

    bytes: int = MOST_BYTES
    seconds: float = MOST_SECONDS
    permitted: Callable[[Address], bool] = is_public


class Downloads:
    """Fetches clips.

    Args:
        who: the vendor's name, for sentences.
        base_url: the route's own origin; only it may be not public, or not https.
        patience: how long to wait.
        bounds: what a download may take.
        look_up: how names are looked up.
        verify: whom to trust; absent, whom the environment says.
        proxies: absent, the environment's.
    """

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        patience: Patience | None = None,
        bounds: Bounds | None = None,
        look_up: LookUp = look_up,
        verify: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        own = read_link(base_url)
        if own is None:
            raise ValueError(f"{base_url!r} is no address")
        self._who, self._own = who, own.origin
        self._bounds = bounds or Bounds()
        self._look_up = look_up
        self._downloader = Downloader(patience or Patience(), verify, proxies)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, link: str, target: Path, tell: Tell) -> None:
        """Try once to get what is missing of the clip at ``link`` into ``target``.

        Raises:
            LinkError: it could not be had, or not wholly; what has come is kept for the next try.
            StoreError: the disk does not take it.
        """
        seen = read_link(link)
        # without what follows the path: a new signature on the same path is the same clip
        part = Part(target, f"{seen.origin.host}{seen.path}" if seen else "")
        async with self._turn:
            try:
                async with asyncio.timeout(self._bounds.seconds):
                    await self._fetch(link, part, tell)
            except TimeoutError:
                seconds = f"{self._bounds.seconds:g}"
                raise self._error(f"took more than {seconds} s", again=True) from None
            except VendorError as error:
                if isinstance(error, LinkError):
                    raise
                trouble = self._error(
                    f"broke off: {error.brief}", again=True, details=error.details
                )
            else:
                return
        raise trouble

    async def _fetch(self, link: str, part: Part, tell: Tell) -> None:
        for _ in range(_HOPS + 1):
            async with self._opened(link, part.headers()) as stream:
                if stream.status not in _REDIRECTS:
                    await self._receive(stream, part, tell)
                    return
                link = self._next(link, stream)
        raise self._error("is sent on and on", again=False)

    def _next(self, link: str, stream: Stream) -> str:
        there = join_link(link, stream.headers.get("location", ""))
        if there is None:
            raise self._error("is sent on to nowhere", again=False)
        return there

    @contextlib.asynccontextmanager
    async def _opened(self, text: str, headers: Mapping[str, str]) -> AsyncIterator[Stream]:
        """The answer to a link that may be followed, from an address that was checked."""
        link = read_link(text)
        if (reason := why_not(link, self._own)) or link is None:
            raise self._error(f"is refused: {reason}", again=False)
        addresses = await self._addresses(link)
        for place, address in enumerate(addresses):
            async with contextlib.AsyncExitStack() as stack:
                try:
                    opening = self._downloader.open(link, headers, address)
                    stream = await stack.enter_async_context(opening)
                except NotSentError:
                    if place == len(addresses) - 1:
                        raise
                    continue
                yield stream
                return

    async def _addresses(self, link: Link) -> list[str | None]:
        """Where to connect to for a link; ``None`` stands for its own name."""
        if link.origin == self._own or literal_address(link.origin.host):
            return [None]
        proxied = self._downloader.proxy_of(link) is not None
        try:
            found = await self._look_up(link.origin.host, link.origin.port)
        except OSError as error:
            if proxied:  # the proxy will know
                return [None]
            raise self._error(
                f"is at {link.origin.host}, which is not known here",
                again=True,
                details=str(error),
            ) from None
        if not found or not all(self._bounds.permitted(address) for address in found):
            raise self._error(f"is refused: {link.origin.host} is no public address", again=False)
        return [None] if proxied else [str(address) for address in found]

    async def _receive(self, stream: Stream, part: Part, tell: Tell) -> None:
        if self._is_whole(stream, part):
            return
        self._refuse_status(stream)
        packed = stream.headers.get("content-encoding", "identity").lower() != "identity"
        kind = stream.headers.get("content-type", "").lower()
        if kind.startswith(_TEXTS):
            raise self._error(f"is no clip but {kind.partition(';')[0]}", again=True)
        total = self._start(stream, part, packed=packed)
        if total is not None and total > self._bounds.bytes:
            raise self._too_large()
        with part.writing() as file:
            async for piece in stream.pieces(unpacked=packed):
                if part.size == 0 and is_text(piece):
                    raise self._is_text(part)
                await part.add(file, piece)
                if part.size > self._bounds.bytes:
                    part.discard()
                    raise self._too_large()
                tell(part.size, total)
        self._check_end(part, total)
        part.finish()

    def _is_whole(self, stream: Stream, part: Part) -> bool:
        """Whether the answer says that everything is here already."""
        if stream.status != 416:
            return False
        whole = stream.headers.get("content-range") == f"bytes */{part.size}" and part.size > 0
        if whole:
            part.finish()
            return True
        part.discard()
        raise self._error("has another length than before", again=True)

    def _refuse_status(self, stream: Stream) -> None:
        if stream.status in (200, 206):
            return
        raise self._error(
            f"was answered with HTTP {stream.status}",
            again=stream.status in _PASSES,
            retry_after=seconds_until(
                stream.headers.get("retry-after"), stream.headers.get("date")
            ),
        )

    def _start(self, stream: Stream, part: Part, *, packed: bool) -> int | None:
        """Make ready for the body; how long the clip is in all, where told."""
        length = _whole_number(stream.headers.get("content-length"))
        if stream.status == 200:
            total = None if packed else length
            part.begin(total, None if packed else _validator(stream.headers))
            return total
        match = _RANGE.fullmatch(stream.headers.get("content-range", ""))
        total = _whole_number(match[2]) if match else None
        fits = match and int(match[1]) == part.size > 0 and part.total in (None, total)
        if packed or not fits:
            part.discard()
            raise self._error("gave another piece than was asked for", again=True)
        return total

    def _check_end(self, part: Part, total: int | None) -> None:
        if part.size == 0:
            part.discard()
            raise self._error("is empty", again=True)
        if total is not None and part.size != total:
            missing = f"{part.size:,} of {total:,} bytes came"
            if part.size > total:
                part.discard()
            raise self._error(f"was cut off: {missing}", again=True)
        if is_text(part.beginning()):
            raise self._is_text(part)

    def _is_text(self, part: Part) -> LinkError:
        part.discard()
        return self._error("is no clip but text", again=True)

    def _too_large(self) -> LinkError:
        return self._error(f"has more than {self._bounds.bytes:,} bytes", again=False)

    def _error(
        self,
        what: str,
        *,
        again: bool,
        details: str | None = None,
        retry_after: float | None = None,
    ) -> LinkError:
        return LinkError(
            f"The clip from {self._who} {what.rstrip('.')}.",
            again=again,
            details=details,
            retry_after=retry_after,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._downloader.close()


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _validator(headers: Mapping[str, str]) -> str | None:
    """What tells this clip from another at the same link: a strong ETag, else its date."""
    tag = headers.get("etag", "")
    return tag if tag.startswith('"') else headers.get("last-modified")
