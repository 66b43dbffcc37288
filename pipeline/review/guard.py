"""Who may ask: requests of this machine, to this address, with the token of the link.

Any page a browser shows may send requests to this port, and a name of anybody's may be made to
point here. So the name asked for (``Host``), the page that asks (``Origin``) and the token are all
looked at before anything else is.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "x-storyreel-token"  # noqa: S105 - its name
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_ELSEWHERE = "Open the link that storyreel printed in the terminal; this address alone is not it.\n"
_ON = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>storyreel</title>'


@dataclass(frozen=True, slots=True)
class Door:
    """Where the page is reached: its port on this machine, and the token that opens it."""

    port: int
    token: str

    @property
    def link(self) -> str:
        """What the user opens."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def hosts(self) -> tuple[str, str]:
        """The names this server answers to."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def cookie(self) -> str:
        """Cookies know no ports, so that the name has to."""
        return f"storyreel-{self.port}"

    def opens(self, token: str | None) -> bool:
        """Whether it is the token; how long that takes tells nothing."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())


class Guard:
    """Lets in what the door opens for; every answer leaves with the headers of caution."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the application, or let it answer."""
        if scope["type"] != "http":
            return  # no other protocol is spoken here
        request = HTTPConnection(scope)

        async def cautious(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            await send(message)

        refused = self._refused(request)
        if refused:
            refused.headers["connection"] = "close"  # a body that comes along is not read
        app = refused or self._welcomed(request) or self._app
        await app(scope, receive, cautious)

    def _refused(self, request: HTTPConnection) -> Response | None:
        hosts, origin = self._door.hosts, request.headers.get("origin")
        if request.headers.get("host") not in hosts:
            return PlainTextResponse(f"This is {hosts[0]}, nobody else.\n", 421)
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            return PlainTextResponse("Another page may ask nothing here.\n", 403)
        if not self._known(request):
            return PlainTextResponse(_ELSEWHERE, 403)
        if request.scope["method"] not in ("GET", "HEAD") and not self._own_page(request):
            return PlainTextResponse("Only the page itself may write.\n", 403)
        return None

    def _known(self, request: HTTPConnection) -> bool:
        return any(
            self._door.opens(token)
            for token in (
                request.cookies.get(self._door.cookie),
                request.query_params.get("token"),
                request.headers.get(TOKEN_HEADER),
            )
        )

    def _own_page(self, request: HTTPConnection) -> bool:
        """Whether it comes from our page, or from a program that knows the token."""
        return (
            "origin" in request.headers
            or request.headers.get("sec-fetch-site") == "same-origin"
            or self._door.opens(request.headers.get(TOKEN_HEADER))
        )

    def _welcomed(self, request: HTTPConnection) -> Response | None:
        """The link itself: the token moves from the address into a cookie."""
        if request.scope["path"] != "/" or "token" not in request.query_params:
            return None
        # A strict cookie does not go along on a way that began on another page, such as a terminal
        # in the browser: there our own page leads on.
        site = request.headers.get("sec-fetch-site", "none")
        here = site in ("none", "same-origin")
        answer = RedirectResponse("/", 303) if here else HTMLResponse(_ON)
        answer.set_cookie(self._door.cookie, self._door.token, httponly=True, samesite="strict")
        answer.headers["cache-control"] = "no-store"
        return answer


def _missing(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name for name, _ in headers}
    wanted = {**_HEADERS, "cache-control": "no-store"}
    return [(k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in there]
