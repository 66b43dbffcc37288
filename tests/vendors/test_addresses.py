"""Links of strangers lead to the public internet over HTTPS, or nowhere."""

from __future__ import annotations

import ipaddress

import pytest

from pipeline.vendors.addresses import is_public, why_not
from pipeline.vendors.http import Origin, read_link

VENDOR = Origin("https", "api.example", 443)
DESK = Origin("http", "127.0.0.1", 8787)


@pytest.mark.parametrize(
    "link",
    [
        "https://cdn.example/a.mp4?sig=1",
        "https://cdn.example:8443/a.mp4",
        "https://93.184.216.34/a.mp4",
        "https://[2606:4700::6810:85e5]/a.mp4",
        "https://api.example/a.mp4",
    ],
)
def test_public_https_may_be_followed(link: str) -> None:
    """Names are looked up later; addresses are looked at now."""
    assert why_not(read_link(link), VENDOR) is None


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd", "ftp://cdn.example/a", "data:video/mp4;base64,AAAA", "a.mp4", "",
        "http://cdn.example/a.mp4", "http://api.example/a.mp4",
        "https://user:pass@cdn.example/a.mp4", "https://user@api.example/a.mp4",
        "https://127.0.0.1/a", "https://10.0.0.8/a", "https://192.168.1.1/a", "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://[::1]/a", "https://[::ffff:127.0.0.1]/a", "https://[fe80::1]/", "https://[fd00::1]/",
        "https://[64:ff9b::10.0.0.1]/", "https://[2002:7f00:1::]/", "https://224.0.0.1/",
        "https://255.255.255.255/",
    ],
)  # fmt: skip
def test_anything_else_is_refused_before_a_name_is_looked_up(link: str) -> None:
    """Files, other schemes, passwords, this machine, its network, a cloud's metadata."""
    assert why_not(read_link(link), VENDOR)


@pytest.mark.parametrize(
    ("link", "refused"),
    [
        ("http://127.0.0.1:8787/clips/1.mp4", False),
        ("http://127.0.0.1:8788/clips/1.mp4", True),
        ("https://127.0.0.1:8787/clips/1.mp4", True),
        ("http://localhost:8787/clips/1.mp4", True),
        ("http://me@127.0.0.1:8787/clips/1.mp4", True),
    ],
)
def test_only_the_very_origin_configured_may_be_private(link: str, refused: bool) -> None:
    """Another port, another scheme or another name is another host."""
    assert bool(why_not(read_link(link), DESK)) is refused


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("64:ff9b::808:808", True), ("64:ff9b::a00:1", False),
     ("::ffff:8.8.8.8", True), ("::ffff:169.254.169.254", False), ("2001:0:53aa::1", False),
     ("192.88.99.1", True), ("198.18.0.1", False), ("ff02::1", False), ("::", False)],
)  # fmt: skip
def test_an_address_hidden_in_another_is_looked_at(address: str, public: bool) -> None:
    """IPv4 inside IPv6 in each of its ways."""
    assert is_public(ipaddress.ip_address(address)) is public
