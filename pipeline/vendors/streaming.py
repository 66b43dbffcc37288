"""Answers whose bodies are too long to be read whole: links of strangers, opened without a key."""

from __future__ import annotations

import contextlib
import ssl
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from pipeline.vendors.http import (
    Flight,
    Link,
    Response,
    headers_of,
    make_client,
    translated,
)
from pipeline.vendors.patience import Patience


class Downloader:
    """Opens links of strangers: without a key, without following, through given addresses.

    Args:
        patience: how long to wait.
        verify: whom to trust; absent, whom the system trusts.
    """

    def __init__(self, patience: Patience, verify: ssl.SSLContext | None = None) -> None:
        self._client = make_client(patience, verify)

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
        flight = Flight(None)
        request = self._client.build_request(
            "GET",
            url,
            headers=named,
            extensions={**extensions, "trace": flight.heard},
        )
        with translated(flight, link.origin.host):
            response = await self._client.send(request, stream=True)
        try:
            host = link.origin.host
            yield Stream(response.status_code, headers_of(response), response, flight, host)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still coming."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _response: Response = field(repr=False)
    _flight: Flight = field(repr=False)
    _host: str

    async def pieces(self, *, unpacked: bool) -> AsyncIterator[bytes]:
        """The body as it comes, ``unpacked`` where it was packed for the way.

        Raises:
            MaybeSentError, UnreadableError: it broke off.
        """
        with translated(self._flight, self._host):
            source = self._response.aiter_bytes() if unpacked else self._response.aiter_raw()
            async for piece in source:
                yield piece


def goes_through_proxy(link: Link) -> bool:
    """Whether the environment sends such a link through a proxy, which looks its name up itself."""
    proxies = urllib.request.getproxies()
    wanted = proxies.get(link.origin.scheme) or proxies.get("all")
    return bool(wanted) and not urllib.request.proxy_bypass(link.origin.host)
