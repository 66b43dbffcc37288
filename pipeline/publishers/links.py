"""Which links a vendor may be handed as a picture's. Pure."""

from __future__ import annotations

from pipeline.vendors.addresses import is_public, literal_address

_MOST = 4096  # characters; presigned links with a session's token have some 1,500


def why_no_link(link: str) -> str | None:
    """Why a vendor could not read a picture at ``link``, or must not be sent there.

    HTTPS to somewhere public; and this very machine, for a vendor that stands on your desk.
    """
    from pipeline.vendors.http import read_link

    seen = read_link(link) if len(link) <= _MOST and link.isprintable() else None
    if seen is None or " " in link or seen.origin.scheme not in ("http", "https"):
        return "it is no link"
    if seen.has_user:
        return "it holds a name or a password"
    literal = literal_address(seen.origin.host)
    if seen.origin.host == "localhost" or (literal and literal.is_loopback):
        return None
    if seen.origin.scheme != "https":
        return "it is not https"
    return "its address is not a public one" if literal and not is_public(literal) else None
