"""Which links may be followed: HTTPS to public addresses, and the route's own origin. Pure.

A link comes from a vendor's answer, so it is a stranger's. It must not make this machine read its
own files, its neighbours in the network, or a cloud's metadata service.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address

from pipeline.vendors.http import Link, Origin

Address = IPv4Address | IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def why_not(link: Link | None, own: Origin) -> str | None:
    """Why a link is refused before anything is looked up; ``None`` if it may be followed."""
    if link is None:
        return "it is no address"
    if link.has_user:
        return "it holds a name or a password"
    if link.origin == own:
        return None
    if link.origin.scheme != "https":
        return f"it is not https but {link.origin.scheme or 'nothing'}"
    literal = literal_address(link.origin.host)
    if literal and not is_public(literal):
        return "its address is not a public one"
    return None


def literal_address(host: str) -> Address | None:
    """The address a host is written as; ``None`` for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet, and not this machine's or its network's."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address.sixtofour:
            return is_public(address.sixtofour)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.teredo:
            return False
    return address.is_global and not address.is_multicast
