"""What lies beneath a failure of the line, and what to do about it. Pure."""

from __future__ import annotations

import socket
import ssl

from pipeline.vendors.proxies import Proxy

WANTS_NAME = "407"
"""How a proxy's refusal begins that wants a name and a password, or others."""


def roots(error: BaseException) -> list[BaseException]:
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


def words(error: Exception) -> str:
    """A failure in the libraries' own words."""
    deepest = str(roots(error)[-1])
    cause = None if deepest in str(error) else deepest
    return " ".join(filter(None, (type(error).__name__, str(error), cause)))


def not_reached(error: Exception, who: str, proxy: Proxy) -> str:
    """The sentence for a request that came no further than its proxy."""
    if not str(error).startswith(WANTS_NAME):
        return f"{who} cannot be reached through the proxy {proxy}"
    if proxy.user is None:
        return f"the proxy {proxy} wants a name and a password"
    return f"the proxy {proxy} does not take its name and password"


def hint(error: Exception, proxy: Proxy | None) -> str:
    """What to do where nothing was sent."""
    below = roots(error)
    if any(isinstance(root, ssl.SSLCertVerificationError) for root in below):
        return (
            "Its certificate is not trusted here; behind a company's proxy set SSL_CERT_FILE "
            "to a PEM file that holds the company's."
        )
    if proxy:
        return _proxys_hint(error, below, proxy)
    if any(isinstance(root, socket.gaierror) for root in below):
        return "Its name is not known here: look at the network and at the address."
    return "Nothing was sent. Look at the network, and at HTTPS_PROXY if you use one."


def _proxys_hint(error: Exception, below: list[BaseException], proxy: Proxy) -> str:
    if str(error).startswith(WANTS_NAME):
        return (
            f"Nothing was sent. Write {proxy.variable}={proxy.scheme}://name:password@"
            f"{proxy.host}:{proxy.port}, signs such as @ : / # in it as %40 %3A %2F %23."
        )
    if any(isinstance(root, socket.gaierror) for root in below):
        return f"The proxy's name is not known here: look at {proxy.variable}."
    return (
        f"Nothing was sent. Look at the proxy and at {proxy.variable}; "
        "NO_PROXY lists what is reached directly."
    )
