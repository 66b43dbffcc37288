"""Tells open pages what is new: one stream of server-sent events for each."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

_SIGN_OF_LIFE = 15.0  # seconds without a word, after which a comment is sent
_BETWEEN_FILMS = 0.25  # seconds at least between two words on the whole film
_MOST_WAITING = 500  # events kept for a page that does not listen; the film tells it all again


class _Page:
    """One open page: what it has not been told yet."""

    def __init__(self) -> None:
        self.film = True
        self.happened: deque[Mapping[str, Any]] = deque(maxlen=_MOST_WAITING)
        self.news = asyncio.Event()
        self.told = 0.0  # when it was last told of the film, on the loop's clock


class Hub:
    """All open pages. Other threads speak to them through ``publish``; the rest is the loop's."""

    def __init__(self, revision: str) -> None:
        self._revision = revision
        self._pages: set[_Page] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def open(self) -> None:
        """Begin, in the loop that serves."""
        self._loop = asyncio.get_running_loop()

    def publish(self, revision: str, happened: Iterable[Mapping[str, Any]] = ()) -> None:
        """Tell every page; from any thread."""
        self._call(self._tell, revision, tuple(happened))

    def close(self) -> None:
        """End every stream, so that the server can; from any thread."""
        self._call(self._close)

    def _call(self, what: Any, *with_these: Any) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens
                self._loop.call_soon_threadsafe(what, *with_these)

    def _tell(self, revision: str, happened: tuple[Mapping[str, Any], ...]) -> None:
        moved = revision != self._revision
        self._revision = revision
        for page in self._pages:
            page.film = page.film or moved
            page.happened.extend(happened)
            if page.film or page.happened:
                page.news.set()

    def _close(self) -> None:
        self._closed = True
        for page in self._pages:
            page.news.set()

    async def stream(self) -> AsyncIterator[str]:
        """What one page is told, from now until it or the server leaves."""
        page = _Page()
        self._pages.add(page)
        page.news.set()
        try:
            while not self._closed:
                yield await self._next(page)
        finally:
            self._pages.discard(page)

    async def _next(self, page: _Page) -> str:
        try:
            await asyncio.wait_for(page.news.wait(), _SIGN_OF_LIFE)
        except TimeoutError:
            return ": still here\n\n"
        page.news.clear()
        words = "".join(_event("happened", one) for one in page.happened)
        page.happened.clear()
        return words + (await self._film(page) if page.film else "")

    async def _film(self, page: _Page) -> str:
        loop = asyncio.get_running_loop()
        if (early := page.told + _BETWEEN_FILMS - loop.time()) > 0:
            await asyncio.sleep(early)
        page.told, page.film = loop.time(), False
        return _event("film", {"revision": self._revision})


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"  # ASCII: no name of a file breaks it
