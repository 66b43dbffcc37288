"""Only a link that a vendor can read, and may be sent to, is handed on as a picture's."""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.desk.server import Desk
from pipeline.models.catalog import routes
from pipeline.publishers.interface import Means, UnpublishedError
from pipeline.publishers.lent import Lending, LentUpload
from pipeline.publishers.links import why_no_link
from pipeline.vendors.errors import BadRequestError
from pipeline.vendors.interface import Published

APIFRAME = routes()["apiframe"]
UPLOAD = APIFRAME.upload
PARTS = ("http", "https", "://", "ftp:", "@", ":", "/", "\\", "127.0.0.1", "localhost", "[::1]",
         "10.0.0.1", "x.example", " ", "\n", "\t", "?", "#", "%2e", "é", "\0", "8080")  # fmt: skip


@given(st.text(max_size=40) | st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
@example("https://x.example/a b")
@example("https://127.0.0.1@evil.example/")
@example("https://evil.example\\@127.0.0.1/")
@example("http://127.0.0.1.evil.example/")
@settings(max_examples=100, deadline=None)
def test_what_is_let_through_is_https_or_this_machine(link: str) -> None:
    """Whatever the text is: never a traceback, and two readers of it agree on the host."""
    if why_no_link(link) is None:
        parts = urlsplit(link)
        own = parts.hostname in ("127.0.0.1", "localhost", "::1")
        assert parts.scheme == "https" or (own and parts.scheme == "http")
        assert "@" not in parts.netloc
        assert link.isprintable()
        assert " " not in link


class Gives:
    """A vendor whose uploads get this link; its other verbs nobody calls."""

    name = "apiframe"

    def __init__(self, link: str) -> None:
        self.link = link
        self.closed = False

    async def publish(self, _: Path) -> Published:
        return Published(self.link, None)

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("link", ["http://cdn.example/a.png", "https://10.1.2.3/a.png", "a.png"])
def test_another_routes_link_is_looked_at_too(tmp_path: Path, link: str) -> None:
    """It is not handed on, and not shown."""
    assert UPLOAD is not None
    lent = LentUpload("apiframe", Gives(link), UPLOAD)  # type: ignore[arg-type]
    with pytest.raises(UnpublishedError) as caught:
        asyncio.run(lent.publish(tmp_path))

    assert "a.png" not in str(caught.value)


@pytest.mark.parametrize("owned", [True, False])
def test_who_opened_a_vendor_closes_it(owned: bool) -> None:
    """A vendor that a counter of the run has stays open."""
    assert UPLOAD is not None
    vendor = Gives("https://x.example/")
    asyncio.run(LentUpload("apiframe", vendor, UPLOAD, owned=owned).close())  # type: ignore[arg-type]

    assert vendor.closed is owned


def test_apiframe_lends_its_upload(tmp_path: Path) -> None:
    """With its key, to routes without one; the link gives the picture, its limits hold."""
    assert UPLOAD is not None
    lending = Lending(APIFRAME, UPLOAD)
    Image.new("RGB", (20, 20), "red").save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")

    async def both(means: Means) -> tuple[Published, BaseException]:
        lent = lending.made(means)
        try:
            one = await lent.publish(tmp_path / "a.png")
            with pytest.raises(BadRequestError) as caught:
                await lent.publish(tmp_path / "b.png")
            return one, caught.value
        finally:
            await lent.close()

    with Desk("apiframe", size=64) as desk:
        means = Means(tmp_path, desk.environment)
        one, trouble = asyncio.run(both(means))
        with urllib.request.urlopen(one.url) as answer:  # noqa: S310 - the desk's
            assert answer.read() == (tmp_path / "a.png").read_bytes()
        assert lending.lacks(means) is None
        assert desk.traffic().leaks == 0

    assert "0 bytes" in str(trouble)
    assert one.expires is not None
    assert lending.lacks(Means(tmp_path, {})) == "APIFRAME_API_KEY is not set"
    assert lending.takes(APIFRAME) is None
    assert lending.takes(routes()["empiriolabs"]) == UPLOAD
    with pytest.raises(UnpublishedError, match="no key for Apiframe"):
        lending.made(Means(tmp_path, {}))
