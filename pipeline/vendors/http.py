"""The one door to httpx: a session with one vendor, every failure of it translated.

The key is put on a request when it is sent, to the vendor's own origin only. Redirects are not
followed. An answer is read whole, up to a limit, before anybody looks at it.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import functools
import http.cookiejar
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from pipeline import __version__
from pipeline.vendors.answer import Answer
from pipeline.vendors.errors import (
    MaybeSentError,
    NotSentError,
    UnreadableError,
    VendorError,
)
from pipeline.vendors.patience import Patience
from pipeline.vendors.redaction import redact, without_tags

USER_AGENT = f"storyreel/{__version__}"
MOST_ANSWER_BYTES = 8 * 1024 * 1024
_LEAST_SECRET = 8  # characters; a shorter piece of a key would blot out ordinary words
_WARM = 30.0  # seconds after an exchange in which its connection is surely still open

Sending = Callable[[], Awaitable[object]]
Response = httpx.Response


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a key belongs: scheme, host and port together."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Link:
    """An address taken apart by the same code that will connect to it."""

    origin: Origin
    path: str
    has_user: bool
    url: httpx.URL = field(repr=False)


def read_link(text: str) -> Link | None:
    """The parts of an address; ``None`` where it is not one with a host."""
    try:
        url = httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, ValueError, TypeError):
        return None
    if not host:
        return None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    return Link(Origin(url.scheme, host, port), url.path, bool(url.userinfo), url)


def join_link(base: str, there: str) -> str | None:
    """Where a redirect leads; ``None`` where it means nothing."""
    try:
        return str(httpx.URL(base).join(there)) if there else None
    except (httpx.InvalidURL, ValueError):
        return None


class Session:
    """Speaks HTTP with one vendor, with one key.

    Args:
        who: the vendor's name, for sentences.
        base_url: where it is; paths are added to it.
        key_header: the header that carries the key.
        key: the key; it is in no ``repr`` and no error.
        key_form: how the header spells it, such as ``Bearer {key}``.
        key_mark: what every key of the vendor begins with, often its name: that is no secret.
        patience: how long to wait.
    """

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        key_header: str,
        key: str,
        key_form: str = "{key}",
        key_mark: str = "",
        patience: Patience | None = None,
    ) -> None:
        self.who = who
        self._patience = patience or Patience()
        self._base = base_url.rstrip("/")
        self._signature = {key_header: key_form.format(key=key)}
        rest = key.removeprefix(key_mark)
        self._secret = rest if len(rest) >= _LEAST_SECRET else key
        self._turn = asyncio.Semaphore(self._patience.at_once)
        self._last_exchange = float("-inf")
        self._client = make_client(self._patience)

    def clean(self, text: str) -> str:
        """``text`` fit to be shown."""
        return redact(text, (self._secret,))

    @property
    def warm(self) -> bool:
        """Whether a connection was in use a moment ago."""
        return time.monotonic() - self._last_exchange < _WARM

    async def ask(
        self,
        method: str,
        path: str,
        *,
        pays: bool = False,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        sending: Sending | None = None,
    ) -> Answer:
        """Ask once.

        Args:
            method: HTTP's word.
            path: is added to the base.
            pays: whether it may cost money, should it have arrived.
            query: what follows the path.
            headers: besides the key's.
            content: the body.
            files: or a form of files, by field: name, bytes, type.
            sending: awaited once when the connection stands and nothing has left yet; what it
                raises goes through, and nothing is sent.

        Raises:
            NotSentError, MaybeSentError, UnreadableError: there is no answer.
        """
        flight = Flight(sending)
        wanted: dict[str, Any] = {"params": query, "content": content, "files": files}
        signed = {**(headers or {}), **self._signature}
        async with self._turn:
            try:
                request = self._client.build_request(
                    method,
                    f"{self._base}{path}",
                    headers=signed,
                    extensions={"trace": flight.heard},
                    **wanted,
                )
                async with asyncio.timeout(self._patience.whole):
                    return await self._exchange(request)
            except Exception as error:  # noqa: BLE001 - the table in translate is total on purpose
                trouble = translate(
                    error, sent=flight.sent, who=self.who, pays=pays, clean=self.clean
                )
        # raised out here, so that no httpx exception with its request hangs on it
        raise flight.stopped or trouble

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            body, broken = await _read(response)
        finally:
            await response.aclose()
        self._last_exchange = time.monotonic()
        return Answer(
            self.who,
            response.status_code,
            headers_of(response),
            body,
            self.clean(without_tags(body[:20_000].decode("utf-8", errors="replace"))),
            broken,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Whom the system trusts, read once: it takes longer than a request."""
    return httpx.create_ssl_context()


def make_client(
    patience: Patience, verify: ssl.SSLContext | None = None, **settings: Any
) -> httpx.AsyncClient:
    """A client that follows nothing, remembers no cookie, and logs no link."""
    # httpx tells whole links at INFO and httpcore whole answers at DEBUG; links are signed
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        verify=verify or _trusted(),
        http1=True,
        http2=False,
        follow_redirects=False,
        trust_env=True,
        cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=())),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        limits=httpx.Limits(
            max_connections=patience.at_once,
            max_keepalive_connections=patience.at_once,
            keepalive_expiry=patience.keep_alive,
        ),
        timeout=httpx.Timeout(
            connect=patience.connect,
            read=patience.read,
            write=patience.write,
            pool=patience.whole,
        ),
        **settings,
    )


def headers_of(response: httpx.Response) -> dict[str, str]:
    """By name in small letters; a vendor that does not tell its own time has this machine's."""
    now = {"date": email.utils.formatdate(usegmt=True)}
    return now | {name.lower(): value for name, value in response.headers.items()}


async def _read(response: httpx.Response) -> tuple[bytes, str | None]:
    """The body, and why it is not whole; its beginning is worth having in any case."""
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in response.aiter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > MOST_ANSWER_BYTES:
                return b"".join(pieces), f"it has more than {MOST_ANSWER_BYTES // 1024**2} MB"
    except httpx.DecodingError:
        return b"".join(pieces), "it is packed in a way that cannot be unpacked"
    except httpx.TransportError:
        return b"".join(pieces), "it was cut off"
    return b"".join(pieces), None


class Flight:
    """Listens to one request, to know the moment before its first byte may leave.

    httpx tells (its ``trace`` extension) what it does: ``connection.*`` is name, TCP and TLS,
    ``proxy.*`` and ``socks.*`` the same through a proxy. Whatever else it may tell counts as
    leaving, so that a word unknown here can only make us more careful.
    """

    def __init__(self, sending: Sending | None) -> None:
        self.sent = False
        self.stopped: Exception | None = None
        self._sending = sending

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


_SAYS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "{who} did not pick up in time"),
    (httpx.ReadTimeout, "{who} did not answer in time"),
    (httpx.WriteTimeout, "{who} did not take the request in time"),
    (httpx.PoolTimeout, "{who} could not be asked, for every connection was busy"),
    (httpx.TimeoutException, "{who} took too long"),
    (httpx.ConnectError, "{who} cannot be reached"),
    (httpx.ReadError, "{who} broke off before it had answered"),
    (httpx.WriteError, "{who} broke off while it was being asked"),
    (httpx.CloseError, "the connection to {who} could not be closed"),
    (httpx.NetworkError, "the connection to {who} failed"),
    (httpx.LocalProtocolError, "the request to {who} is no proper HTTP"),
    (httpx.RemoteProtocolError, "{who} broke off, or answered no proper HTTP"),
    (httpx.ProtocolError, "{who} was not understood"),
    (httpx.ProxyError, "{who} cannot be reached through the proxy"),
    (httpx.UnsupportedProtocol, "{who} has an address that is neither http nor https"),
    (httpx.TransportError, "the line to {who} failed"),
    (httpx.DecodingError, "{who} answered something packed that cannot be unpacked"),
    (httpx.TooManyRedirects, "{who} sent us in circles"),
    (httpx.RequestError, "{who} could not be asked"),
    (httpx.HTTPStatusError, "{who} answered with an error"),
    (httpx.HTTPError, "asking {who} failed"),
    (httpx.InvalidURL, "{who} has an address that means nothing"),
    (httpx.CookieConflict, "{who} sent cookies that contradict each other"),
    (httpx.StreamConsumed, "the answer of {who} was read twice"),
    (httpx.ResponseNotRead, "the answer of {who} was not read"),
    (httpx.RequestNotRead, "the request to {who} was not read"),
    (httpx.StreamClosed, "the answer of {who} was closed too soon"),
    (httpx.StreamError, "the answer of {who} could not be read"),
    (TimeoutError, "{who} took too long"),
    (OSError, "the line to {who} failed"),
    (Exception, "asking {who} failed"),
)
"""Every way an exchange can fail, the most specific first; the last row is for what is new."""


def translate(
    error: Exception,
    *,
    sent: bool,
    who: str = "the vendor",
    pays: bool = True,
    clean: Callable[[str], str] = str,
) -> VendorError:
    """Our error for one of httpx's, or of what lies beneath it.

    Args:
        error: what was raised.
        sent: whether a byte of the request may have left this machine.
        who: the vendor's name.
        pays: whether the request may cost money.
        clean: makes the library's words fit to be shown.
    """
    sentence = next(says for kind, says in _SAYS if isinstance(error, kind)).format(who=who)
    brief = f"{sentence[0].upper()}{sentence[1:]}."
    words = clean(" ".join(filter(None, (type(error).__name__, str(error), _cause(error)))))
    charged: Literal["maybe", "no"] = "maybe" if sent and pays else "no"
    if isinstance(error, httpx.DecodingError):
        return UnreadableError(brief, details=words, charged=charged)
    if sent:
        return MaybeSentError(brief, details=words, charged=charged)
    return NotSentError(brief, details=words, hint=_hint(error))


@contextlib.contextmanager
def translated(flight: Flight, who: str) -> Iterator[None]:
    """Turn what httpx raises while a link is read into our errors."""
    trouble = None
    try:
        yield
    except httpx.HTTPError as error:
        trouble = translate(
            error, sent=flight.sent, who=who, pays=False, clean=lambda text: redact(text, ())
        )
    if trouble:
        raise trouble


def _roots(error: BaseException) -> list[BaseException]:
    """What an error came from, itself first."""
    found: list[BaseException] = []
    while error not in found and len(found) < 10:
        found.append(error)
        below = error.__cause__ or error.__context__
        if isinstance(below, BaseExceptionGroup):
            below = below.exceptions[0]
        if below is None:
            break
        error = below
    return found


def _cause(error: Exception) -> str | None:
    deepest = _roots(error)[-1]
    return str(deepest) if str(deepest) not in str(error) else None


def _hint(error: Exception) -> str:
    roots = _roots(error)
    if any(isinstance(root, ssl.SSLCertVerificationError) for root in roots):
        return "Its certificate is not trusted here; behind a company's proxy set SSL_CERT_FILE."
    if any(isinstance(root, socket.gaierror) for root in roots):
        return "Its name is not known here: look at the network and at the address."
    return "Nothing was sent. Look at the network, and at HTTPS_PROXY if you use one."
