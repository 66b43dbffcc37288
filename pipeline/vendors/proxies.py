"""Which proxy an address is reached through, by the usual variables. Pure.

``HTTPS_PROXY`` and ``HTTP_PROXY`` by the scheme of the address, else ``ALL_PROXY``; small letters
count before capitals, and an empty one switches its proxy off. ``NO_PROXY`` lists what is reached
directly: ``*``, names with all that ends in them, addresses, networks (``10.0.0.0/8``), each with
a port if only that is meant. Where none of them is set, the system's own settings (macOS, Windows)
count. A project's files have no say: a stranger's board must not choose who reads along.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import ipaddress
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.errors import SettingsError
from pipeline.settings import environment

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SHORTEST_SECRET = 4  # a shorter word could be part of any sentence


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the variable it stands in; its name and password are in no ``repr``."""

    variable: str
    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """Where it is, without name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown, should the proxy say it back."""
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        told = (self.password, pair) if self.user is not None else ()
        return tuple(secret for secret in told if len(secret) >= _SHORTEST_SECRET)

    def __str__(self) -> str:
        return f"{self.address} ({self.variable})"


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies by scheme (``all`` for any), and what is reached directly."""

    by_scheme: Mapping[str, Proxy]
    direct: tuple[str, ...] = ()

    def through(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy for an address; none where it is reached directly."""
        proxy = self.by_scheme.get(scheme) or self.by_scheme.get("all")
        if proxy is None or any(_is_meant(entry, host, port) for entry in self.direct):
            return None
        return proxy


def proxies_of(given: Mapping[str, str] | None = None) -> Proxies:
    """The proxies that are set.

    Args:
        given: the environment; absent, the process's own, and then the system's settings.

    Raises:
        SettingsError: a variable holds no proxy; its value, which may hold a password, is not told.
    """
    variables = environment() if given is None else given
    found = {scheme: _variable(variables, scheme) for scheme in ("https", "http", "all")}
    values = {scheme: (name, variables[name]) for scheme, name in found.items() if name}
    without = _variable(variables, "no")
    direct = variables[without] if without else ""
    if given is None and not any(found.values()):
        system = urllib.request.getproxies()
        told = {"https", "http", "all"} & system.keys()
        values = {scheme: ("the system's settings", system[scheme]) for scheme in told}
    by_scheme = {s: _read(name, value.strip()) for s, (name, value) in values.items() if value}
    return Proxies(by_scheme, tuple(direct.replace(",", " ").split()))


def _variable(variables: Mapping[str, str], scheme: str) -> str | None:
    """The variable that counts; a web server passes a visitor's header ``Proxy`` as HTTP_PROXY."""
    small = f"{scheme}_proxy"
    if small in variables:
        return small
    hostile = scheme == "http" and "REQUEST_METHOD" in variables
    return small.upper() if small.upper() in variables and not hostile else None


def _read(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _no_proxy(variable) from None
    if not host or parts.scheme not in _PORTS or _has_more(parts):
        raise _no_proxy(variable)
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise SettingsError(
            f"{variable} is a SOCKS proxy, for which a package is missing.",
            hint='Run pip install "httpx[socks]", or use an http:// proxy.',
        )
    user = None if parts.username is None else unquote(parts.username)
    # socks5h says that the proxy looks names up, which is how every SOCKS proxy is asked here
    scheme = parts.scheme.removesuffix("h")
    return Proxy(variable, scheme, host, port, user, unquote(parts.password or ""))


def _has_more(parts: SplitResult) -> bool:
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def _no_proxy(variable: str) -> SettingsError:
    return SettingsError(
        f"{variable} holds no proxy.",
        hint="Write http://host:port, or http://name:password@host:port; signs such as @ : / # in "
        "the password are written %40 %3A %2F %23.",
    )


def _is_meant(entry: str, host: str, port: int) -> bool:
    """Whether an entry of ``NO_PROXY`` speaks of an address."""
    if entry == "*":
        return True
    name, its_port = _with_port(entry.lower())
    if its_port is not None and its_port != port:
        return False
    with contextlib.suppress(ValueError):
        network = ipaddress.ip_network(name.strip("[]"), strict=False)
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(host.strip("[]")) in network
        return False
    name = name.removeprefix("*").removeprefix(".")
    return bool(name) and (host.lower() == name or host.lower().endswith(f".{name}"))


def _with_port(entry: str) -> tuple[str, int | None]:
    """``host:443`` taken apart; an IPv6 address has colons of its own."""
    name, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.endswith("]")):
        return name, int(port)
    return entry, None
