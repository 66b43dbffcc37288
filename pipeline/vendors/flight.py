"""The moment before the first byte of a request may leave. Pure but for what it awaits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Sending = Callable[[], Awaitable[object]]


class Flight:
    """Listens to one request, to know the moment before its first byte may leave.

    httpx tells (its ``trace`` extension) what it does: ``connection.*`` is name, TCP and TLS,
    ``proxy.*`` and ``socks.*`` the same through a proxy. Whatever else it may tell counts as
    leaving, so that a word unknown here can only make us more careful.
    """

    def __init__(self, sending: Sending | None = None) -> None:
        self.sent = False
        self.stopped: Exception | None = None
        self._sending = sending

    def came_back(self) -> None:
        """A proxy says that it has passed nothing on."""
        self.sent = False

    async def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpx at every step."""
        if self.sent or self.stopped or _only_connects(event, info):
            return
        if self._sending:
            try:
                await self._sending()
            except Exception as error:
                self.stopped = error
                raise
        self.sent = True


def _only_connects(event: str, info: Mapping[str, Any]) -> bool:
    if event.startswith(("connection.", "proxy.", "socks.")) or "response_closed" in event:
        return True
    if event.endswith((".complete", ".failed")):
        return True  # what ends was told when it began
    return getattr(info.get("request"), "method", None) == b"CONNECT"
