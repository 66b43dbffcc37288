"""The client that everything goes over: whose certificates, which proxy, and who listens."""

from __future__ import annotations

import email.utils
import functools
import http.cookiejar
import logging
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx

from pipeline import __version__
from pipeline.vendors import causes
from pipeline.vendors.flight import Flight
from pipeline.vendors.listening import Asked, Hearing, Speaker, wanted
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import Proxy
from pipeline.vendors.redaction import redact
from pipeline.vendors.trust import bundle_of, context_of

USER_AGENT = f"storyreel/{__version__}"

AsyncClient = httpx.AsyncClient


@functools.cache
def _public() -> ssl.SSLContext:
    """The public authorities, read once: it takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


def trusted() -> ssl.SSLContext:
    """Whom the environment says to trust, else the public authorities.

    Raises:
        SettingsError: the certificates a variable names are not there, or are none.
    """
    bundle = bundle_of()
    return context_of(bundle) if bundle else _public()


def make_client(
    patience: Patience, verify: ssl.SSLContext | None = None, proxy: Proxy | None = None
) -> httpx.AsyncClient:
    """A client that follows nothing, remembers no cookie, logs no link, and is listened to.

    Args:
        patience: how long to wait.
        verify: whom to trust; absent, whom the environment says.
        proxy: what everything goes through, if anything.
    """
    # httpx tells whole links at INFO and httpcore whole answers at DEBUG; links are signed
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    context = verify or trusted()
    wire = httpx.AsyncHTTPTransport(
        verify=context,
        http1=True,
        http2=False,
        trust_env=False,
        proxy=_as_httpx(proxy, context) if proxy else None,
        limits=httpx.Limits(
            max_connections=patience.at_once,
            max_keepalive_connections=patience.at_once,
            keepalive_expiry=patience.keep_alive,
        ),
    )
    return httpx.AsyncClient(
        transport=_Listened(wire, str(proxy) if proxy else None),
        follow_redirects=False,
        trust_env=False,
        cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=())),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(
            connect=patience.connect,
            read=patience.read,
            write=patience.write,
            pool=patience.whole,
        ),
    )


def _as_httpx(proxy: Proxy, context: ssl.SSLContext) -> httpx.Proxy:
    auth = None if proxy.user is None else (proxy.user, proxy.password)
    ours = context if proxy.scheme == "https" else None
    return httpx.Proxy(proxy.address, auth=auth, ssl_context=ours)


def refuse_proxys_own(response: httpx.Response, proxy: Proxy | None, flight: Flight) -> None:
    """A proxy for plain HTTP answers in the vendor's place when it wants a name and a password.

    Raises:
        httpx.ProxyError: it did, so nothing was passed on.
    """
    if proxy and response.status_code == 407:
        flight.came_back()
        raise httpx.ProxyError(f"{causes.WANTS_NAME} Proxy Authentication Required")


class _Listened(httpx.AsyncBaseTransport):
    """The wire, with whoever listens hearing each exchange to its end."""

    def __init__(self, wire: httpx.AsyncBaseTransport, through: str | None) -> None:
        self._wire, self._through = wire, through

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        bodies = wanted()
        if bodies is None:
            return await self._wire.handle_async_request(request)
        hearing = Hearing(_asked(request, bodies, self._through), bodies)
        try:
            response = await self._wire.handle_async_request(request)
        except BaseException as error:
            hearing.ended(error)
            raise
        hearing.answered(response.status_code, headers_of(response))
        response.stream = _ListenedStream(response.stream, hearing)
        return response

    async def aclose(self) -> None:
        await self._wire.aclose()


class _ListenedStream(httpx.AsyncByteStream):
    """A body, told as it comes; who stops reading has had enough."""

    def __init__(self, stream: Any, hearing: Hearing) -> None:
        self._stream, self._hearing = stream, hearing

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                self._hearing.came(piece)
                yield piece
        except GeneratorExit:
            raise
        except BaseException as error:
            self._hearing.ended(error)
            raise

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._hearing.ended()


def _asked(request: httpx.Request, bodies: int, through: str | None) -> Asked:
    try:
        body = request.content[:bodies]
    except httpx.RequestNotRead:  # a form of files; their bytes are nobody's business
        body = b""
    nobody = Speaker("", "link", lambda text: redact(text, ()))
    return Asked(
        speaker=request.extensions.get("speaker", nobody),
        method=request.method,
        host=request.headers.get("host", request.url.host),  # a download connects to an address
        path=request.url.path,
        names=tuple(name for name, told in request.url.params.items() if told),
        through=through,
        headers=dict(request.headers),
        size=int(request.headers.get("content-length", 0)),
        body=body,
    )


def headers_of(response: httpx.Response) -> dict[str, str]:
    """By name in small letters; a vendor that does not tell its own time has this machine's."""
    now = {"date": email.utils.formatdate(usegmt=True)}
    return now | {name.lower(): value for name, value in response.headers.items()}
