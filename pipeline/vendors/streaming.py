"""Answers whose bodies are too long to be read whole: links of strangers, opened without a key."""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, field

from pipeline.vendors.client import AsyncClient, headers_of, make_client, refuse_proxys_own
from pipeline.vendors.flight import Flight
from pipeline.vendors.http import Link, Response, translated
from pipeline.vendors.listening import Speaker
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import Proxies, Proxy, proxies_of
from pipeline.vendors.redaction import redact


class Downloader:
    """Opens links of strangers: without a key, without following, through given addresses.

    Args:
        patience: how long to wait.
        verify: whom to trust; absent, whom the environment says.
        proxies: absent, the environment's.
    """

    def __init__(
        self,
        patience: Patience,
        verify: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        self._proxies = proxies or proxies_of()
        self._make = functools.partial(make_client, patience, verify)
        self._clients: dict[Proxy | None, AsyncClient] = {}
        self._client(None)  # what is wrong with the certificates is told now

    def proxy_of(self, link: Link) -> Proxy | None:
        """The proxy a link is read through; it looks the link's name up itself."""
        return self._proxies.through(*astuple(link.origin))

    def _client(self, proxy: Proxy | None) -> AsyncClient:
        if proxy not in self._clients:
            self._clients[proxy] = self._make(proxy)
        return self._clients[proxy]

    @contextlib.asynccontextmanager
    async def open(
        self, link: Link, headers: Mapping[str, str], address: str | None
    ) -> AsyncIterator[Stream]:
        """Ask for ``link``, connecting to ``address`` where one is given instead of its name.

        The certificate has to be the name's in any case.

        Raises:
            NotSentError, MaybeSentError: there is no answer, or it broke off.
        """
        url, extensions = link.url, {}
        named = {**headers, "Host": link.url.netloc.decode("ascii")}
        if address is not None:
            named["Connection"] = (
                "close"  # the pool knows addresses only: another name may share it
            )
            url = link.url.copy_with(host=address)
            extensions["sni_hostname"] = link.origin.host
        proxy, flight = self.proxy_of(link), Flight()
        secrets = proxy.secrets if proxy else ()
        speaker = Speaker(link.origin.host, "link", lambda text: redact(text, secrets))
        client = self._client(proxy)
        request = client.build_request(
            "GET",
            url,
            headers=named,
            extensions={**extensions, "trace": flight.heard, "speaker": speaker},
        )
        translating = functools.partial(translated, flight, speaker, proxy)
        with translating():
            response = await client.send(request, stream=True)
        try:
            with translating():
                refuse_proxys_own(response, proxy, flight)
            yield Stream(response.status_code, headers_of(response), response, translating)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still coming."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _response: Response = field(repr=False)
    _translating: Callable[[], AbstractContextManager[None]] = field(repr=False)

    async def pieces(self, *, unpacked: bool) -> AsyncIterator[bytes]:
        """The body as it comes, ``unpacked`` where it was packed for the way.

        Raises:
            MaybeSentError, UnreadableError: it broke off.
        """
        with self._translating():
            source = self._response.aiter_bytes() if unpacked else self._response.aiter_raw()
            async for piece in source:
                yield piece
