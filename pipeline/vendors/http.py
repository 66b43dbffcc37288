"""A session with one vendor, every failure of it translated; with ``client.py`` the door to httpx.

The key is put on a request when it is sent, to the vendor's own origin only. Redirects are not
followed. An answer is read whole, up to a limit, before anybody looks at it. Proxies and trusted
certificates are the user's (``proxies.py``, ``trust.py``): httpx itself reads no environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from typing import Any, Literal

import httpx

from pipeline.vendors import causes
from pipeline.vendors.answer import Answer
from pipeline.vendors.client import headers_of, make_client, refuse_proxys_own
from pipeline.vendors.errors import (
    MaybeSentError,
    NotSentError,
    UnreadableError,
    VendorError,
)
from pipeline.vendors.flight import Flight, Sending
from pipeline.vendors.listening import Speaker
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import Proxies, Proxy, proxies_of
from pipeline.vendors.redaction import redact, without_tags

MOST_ANSWER_BYTES = 8 * 1024 * 1024
_LEAST_SECRET = 8  # characters; a shorter piece of a key would blot out ordinary words
_WARM = 30.0  # seconds after an exchange in which its connection is surely still open

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
        key_header: the header that carries the key; absent where it only signs what is sent.
        key: the key; it is in no ``repr`` and no error.
        key_form: how the header spells it, such as ``Bearer {key}``.
        key_mark: what every key of the vendor begins with, often its name: that is no secret.
        patience: how long to wait.
        proxies: absent, the environment's.
        verify: whom to trust; absent, whom the environment says.

    Raises:
        SettingsError: a variable for proxies or certificates holds none.
    """

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        key_header: str | None,
        key: str,
        key_form: str = "{key}",
        key_mark: str = "",
        patience: Patience | None = None,
        proxies: Proxies | None = None,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self.who = who
        self._patience = patience or Patience()
        self._base = base_url.rstrip("/")
        self._signature = {key_header: key_form.format(key=key)} if key_header else {}
        rest = key.removeprefix(key_mark)
        self._secret = rest if len(rest) >= _LEAST_SECRET else key
        self._turn = asyncio.Semaphore(self._patience.at_once)
        self._last_exchange = float("-inf")
        self._proxy = proxy_for(base_url, proxies or proxies_of())
        self._client = make_client(self._patience, verify, self._proxy)
        self._speaker = Speaker(who, "api", self.clean)

    def clean(self, text: str) -> str:
        """``text`` fit to be shown."""
        return redact(text, (self._secret, *(self._proxy.secrets if self._proxy else ())))

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
        parts: dict[str, Any] = {"params": query, "content": content, "files": files}
        signed = {**(headers or {}), **self._signature}
        async with self._turn:
            try:
                request = self._client.build_request(
                    method,
                    f"{self._base}{path}",
                    headers=signed,
                    extensions={"trace": flight.heard, "speaker": self._speaker},
                    **parts,
                )
                async with asyncio.timeout(self._patience.whole):
                    return await self._exchange(request, flight)
            except Exception as error:  # noqa: BLE001 - the table in translate is total on purpose
                trouble = translate(
                    error,
                    sent=flight.sent,
                    who=self.who,
                    pays=pays,
                    clean=self.clean,
                    proxy=self._proxy,
                )
        # raised out here, so that no httpx exception with its request hangs on it
        raise flight.stopped or trouble

    async def _exchange(self, request: httpx.Request, flight: Flight) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            refuse_proxys_own(response, self._proxy, flight)
            body, broken = await _read(response)
        finally:
            await response.aclose()
        if response.status_code < 500:  # else it is down, and nothing should be posted blindly
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


def proxy_for(url: str, proxies: Proxies) -> Proxy | None:
    """The proxy an address is reached through."""
    link = read_link(url)
    return proxies.through(*astuple(link.origin)) if link else None


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
    proxy: Proxy | None = None,
) -> VendorError:
    """Our error for one of httpx's, or of what lies beneath it.

    Args:
        error: what was raised.
        sent: whether a byte of the request may have left this machine.
        who: the vendor's name.
        pays: whether the request may cost money.
        clean: makes the library's words fit to be shown.
        proxy: what the request went through, if anything.
    """
    sentence = next(says for kind, says in _SAYS if isinstance(error, kind)).format(who=who)
    if proxy and not sent and isinstance(error, httpx.TransportError):
        sentence = causes.not_reached(error, who, proxy)
    brief = f"{sentence[0].upper()}{sentence[1:]}."
    words = clean(causes.words(error))
    charged: Literal["maybe", "no"] = "maybe" if sent and pays else "no"
    if isinstance(error, httpx.DecodingError):
        return UnreadableError(brief, details=words, charged=charged)
    if sent:
        through = f"{words} (through the proxy {proxy})" if proxy else words
        return MaybeSentError(brief, details=through, charged=charged)
    return NotSentError(brief, details=words, hint=causes.hint(error, proxy))


@contextlib.contextmanager
def translated(flight: Flight, speaker: Speaker, proxy: Proxy | None) -> Iterator[None]:
    """Turn what httpx raises while a link is read into our errors."""
    trouble = None
    try:
        yield
    except httpx.HTTPError as error:
        trouble = translate(
            error,
            sent=flight.sent,
            who=speaker.who,
            pays=False,
            clean=speaker.clean,
            proxy=proxy,
        )
    if trouble:
        raise trouble
