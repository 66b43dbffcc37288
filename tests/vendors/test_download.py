"""Clips come whole from where they may come from, piece by piece if they must, or not at all."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loopback import Handler, Heard, Reply, closed_port, http, loopback

from pipeline.errors import StoreError
from pipeline.vendors.addresses import Address
from pipeline.vendors.download import Bounds, Downloads
from pipeline.vendors.errors import LinkError
from pipeline.vendors.patience import Patience

CLIP = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 2000
HASTY = Patience(connect=2, read=0.4, write=2, whole=5)
PATH = "/clips/1.mp4?signature=s3cret"
PEM = Path(__file__).with_name("cdn.example.pem")


def nobody(done: int, total: int | None) -> None:
    """Hears nothing."""


def fetch(
    handler: Handler,
    target: Path,
    *paths: str,
    between: Callable[[], object] = tuple,
    **settings: Any,
) -> tuple[list[Heard], list[LinkError | None]]:
    """What one server heard, and how each try ended."""

    async def run() -> tuple[list[Heard], list[LinkError | None]]:
        ended: list[LinkError | None] = []
        async with loopback(handler) as server:
            downloads = Downloads("Acme", server.url, patience=HASTY, **settings)
            for path in paths or (PATH,):
                try:
                    link = path if "://" in path else f"{server.url}{path}"
                    await downloads.fetch(link, target, nobody)
                    ended.append(None)
                except LinkError as error:
                    ended.append(error)
                between()
            await downloads.close()
            return server.heard, ended

    return asyncio.run(run())


def ranged(heard: Heard, clip: bytes = CLIP, tag: str = '"one"') -> Reply:
    """A server that honours ranges, as a CDN does."""
    named = {"etag": tag, "content-type": "video/mp4"}
    asked = re.fullmatch(r"bytes=(\d+)-", heard.headers.get("range", ""))
    if not asked or heard.headers.get("if-range", tag) != tag:
        return http(200, clip, headers=named)
    start = int(asked[1])
    if start >= len(clip):
        return http(416, headers={"content-range": f"bytes */{len(clip)}"})
    there = f"bytes {start}-{len(clip) - 1}/{len(clip)}"
    return http(206, clip[start:], headers={**named, "content-range": there})


def cut_after(reply: Reply, count: int) -> Reply:
    """The same answer, broken off ``count`` bytes into the body."""
    head = reply.pieces[0].index(b"\r\n\r\n") + 4
    return replace(reply, pieces=(reply.pieces[0][: head + count],), then="close")


def test_a_clip_comes_whole_without_a_key(tmp_path: Path) -> None:
    """Its bytes, told as they come; nothing is left beside it; no key, no packing."""
    target = tmp_path / "clip.part"
    told: list[tuple[int, int | None]] = []

    async def run() -> list[Heard]:
        async with loopback(ranged) as server:
            downloads = Downloads("Acme", server.url)
            await downloads.fetch(f"{server.url}/1.mp4", target, lambda *now: told.append(now))
            await downloads.close()
            return server.heard

    (heard,) = asyncio.run(run())

    assert target.read_bytes() == CLIP
    assert list(tmp_path.iterdir()) == [target]
    assert told[-1] == (len(CLIP), len(CLIP))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert heard.headers["accept-encoding"] == "identity"
    assert not {"x-api-key", "authorization", "cookie"} & set(heard.headers)


@pytest.mark.parametrize("count", [0, 1, 40, 70_000, len(CLIP) - 1])
def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path, count: int) -> None:
    """The next try asks for the rest alone; the bytes are those of a clip never cut."""
    target = tmp_path / "clip.part"
    replies = iter([lambda reply: cut_after(reply, count), lambda reply: reply])

    def handler(heard: Heard) -> Reply:
        return next(replies)(ranged(heard))

    (first, second), ended = fetch(handler, target, PATH, PATH.replace("s3cret", "other"))

    assert [bool(trouble) for trouble in ended] == [True, False]
    assert target.read_bytes() == CLIP
    assert "range" not in first.headers
    assert second.headers.get("range") == (f"bytes={count}-" if count else None)
    assert second.headers.get("if-range") == ('"one"' if count else None)
    assert list(tmp_path.iterdir()) == [target]


def test_a_cut_is_told_as_one_that_may_pass(tmp_path: Path) -> None:
    """What came is kept, the error says that trying again may help, and names no signed link."""
    target = tmp_path / "clip.part"
    _, (trouble,) = fetch(lambda heard: cut_after(ranged(heard), 5000), target)

    assert trouble
    assert trouble.again
    assert trouble.charged == "yes"
    assert target.read_bytes() == CLIP[:5000]
    assert "s3cret" not in f"{trouble} {trouble!r} {trouble.__cause__!r} {trouble.__context__!r}"
    assert "s3cret" not in target.with_name("clip.part.resume").read_text(encoding="utf-8")


def test_a_clip_that_changed_meanwhile_is_fetched_anew(tmp_path: Path) -> None:
    """Two halves of two clips never become one."""
    target = tmp_path / "clip.part"
    other = CLIP[::-1]
    replies = iter([cut_after(ranged(Heard("GET", "/", {}, b"")), 5000)])

    def handler(heard: Heard) -> Reply:
        return next(replies, None) or ranged(heard, other, '"two"')

    _, (_, trouble) = fetch(handler, target, PATH, PATH)

    assert trouble is None
    assert target.read_bytes() == other


@pytest.mark.parametrize(
    "where",
    [f"bytes 5000-{len(CLIP) + 6}/{len(CLIP) + 7}", "bytes 0-9/10", "bytes 4999-9/10", "none", ""],
)  # fmt: skip
def test_a_piece_that_was_not_asked_for_is_thrown_away(tmp_path: Path, where: str) -> None:
    """A wrong range, or another length than before, starts over at the next try."""
    target = tmp_path / "clip.part"
    odd = http(206, CLIP[5000:], headers={"content-range": where})
    replies = iter([cut_after(http(200, CLIP), 5000), odd])

    def handler(heard: Heard) -> Reply:
        return next(replies, None) or ranged(heard)

    there: list[bool] = []
    _, (_, trouble, last) = fetch(
        handler, target, PATH, PATH, PATH, between=lambda: there.append(target.exists())
    )

    assert trouble
    assert trouble.again
    assert there == [True, False, True]
    assert last is None
    assert target.read_bytes() == CLIP


def test_a_server_without_ranges_starts_over(tmp_path: Path) -> None:
    """200 to a request for the rest is the whole clip, not its end."""
    target = tmp_path / "clip.part"
    whole = http(200, CLIP, headers={"etag": '"one"'})
    replies = iter([cut_after(whole, 5000), whole])
    _, (_, trouble) = fetch(lambda _: next(replies), target, PATH, PATH)

    assert trouble is None
    assert target.read_bytes() == CLIP


def test_bytes_of_unknown_origin_are_not_built_upon(tmp_path: Path) -> None:
    """A file without its memory, or of another job's link, is written anew."""
    target = tmp_path / "clip.part"
    target.write_bytes(b"of another time")
    (heard,), (trouble,) = fetch(ranged, target)
    assert trouble is None
    assert "range" not in heard.headers

    replies = iter([cut_after(ranged(heard), 5000)])
    (_, second), (_, trouble) = fetch(
        lambda heard: next(replies, None) or ranged(heard), target, PATH, "/clips/2.mp4"
    )
    assert trouble is None
    assert "range" not in second.headers
    assert target.read_bytes() == CLIP


def test_a_clip_that_is_all_there_already_is_not_fetched_twice(tmp_path: Path) -> None:
    """Killed between the last byte and the end of the memory: the vendor says it is whole."""
    target = tmp_path / "clip.part"
    replies = iter([cut_after(ranged(Heard("GET", "/", {}, b"")), len(CLIP) - 1)])

    def completed() -> None:
        target.write_bytes(CLIP)

    (_, second), (_, trouble) = fetch(
        lambda heard: next(replies, None) or ranged(heard), target, PATH, PATH, between=completed
    )

    assert trouble is None
    assert second.headers["range"] == f"bytes={len(CLIP)}-"
    assert target.read_bytes() == CLIP
    assert list(tmp_path.iterdir()) == [target]


PAGE = b"<!doctype html><title>Sorry</title>" + b"x" * 500


@pytest.mark.parametrize(
    ("reply", "again", "words"),
    [
        (http(200, b""), True, "is empty"),
        (http(204), False, "HTTP 204"),
        (http(200, PAGE, headers={"content-type": "text/html"}), True, "text/html"),
        (http(200, PAGE, headers={"content-type": "video/mp4"}), True, "no clip but text"),
        (http(200, {"error": "gone"}), True, "application/json"),
        (Reply((b"HTTP/1.1 200 OK\r\n\r\n", b"\n", b"<html>"), "close"), True, "no clip but text"),
        (http(200, CLIP, length=len(CLIP) + 1, then="close"), True, "broke off"),
        (http(200, CLIP, length=3 * 1024**3), False, "more than"),
        (http(401), False, "HTTP 401"),
        (http(403), False, "HTTP 403"),
        (http(404), False, "HTTP 404"),
        (http(410), False, "HTTP 410"),
        (http(416), True, "another length"),
        (http(429, headers={"retry-after": "9"}), True, "HTTP 429"),
        (http(500), True, "HTTP 500"),
        (http(503), True, "HTTP 503"),
        (http(206, CLIP, headers={"content-range": "bytes 0-9/10"}), True, "another piece"),
        (http(302), False, "nowhere"),
        (http(304), False, "HTTP 304"),
        (Reply((), "reset"), True, "broke off"),
        (Reply((), "hang"), True, "did not answer in time"),
        (Reply((b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n",), "hang"), True, "in time"),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, reply: Reply, again: bool, words: str) -> None:
    """Every kind of wrong answer is told in words, and whether the same link may work later."""
    _, (trouble,) = fetch(lambda _: reply, tmp_path / "clip.part")

    assert trouble
    assert trouble.again is again
    assert words in f"{trouble}"
    assert trouble.retry_after == (9.0 if "429" in words else None)


def test_statuses_of_a_link_are_decided(tmp_path: Path) -> None:
    """A clip, or an error that says whether the link may work later; strange ones too."""
    statuses = (*range(200, 210), *range(299, 310), *range(399, 430), *range(499, 506), 599)
    waiting = iter(statuses)
    _, ended = fetch(
        lambda _: http(next(waiting), b"\0abc" * 9), tmp_path / "c", *([PATH] * len(statuses))
    )
    decided = {status: error and error.again for status, error in zip(statuses, ended, strict=True)}

    assert {status for status, again in decided.items() if again is None} == {200}
    assert {status for status, again in decided.items() if again} == {
        206, 408, 416, 425, 429, 500, 502, 503, 504,
    }  # fmt: skip


def test_an_endless_or_trickling_clip_comes_to_an_end(tmp_path: Path) -> None:
    """There is a limit of bytes and one of seconds; the first throws away, the second keeps."""
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    target = tmp_path / "clip.part"
    flood = Reply((head, *([CLIP] * 40)), "close")
    _, (much,) = fetch(lambda _: flood, target, bounds=Bounds(bytes=1_000_000))
    assert much
    assert not much.again
    assert not target.exists()

    drip = Reply((head, *([b"\0"] * 40)), "close", 0.05)
    _, (slow,) = fetch(lambda _: drip, target, bounds=Bounds(seconds=0.4))
    assert slow
    assert slow.again
    assert 0 < target.stat().st_size < 40


@pytest.mark.parametrize(
    "there",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "https://localhost:{port}/x",
        "http://127.0.0.1:{port}/x",
        "//127.0.0.1:{port}/x",
        "https://[::1]/x",
        "https://me:pass@cdn.example/x",
        "gopher://x/",
        "http://[::",
    ],
)
@pytest.mark.parametrize("redirected", [False, True], ids=["told", "redirected"])
def test_no_link_leads_to_this_machine_or_its_files(
    tmp_path: Path, there: str, redirected: bool
) -> None:
    """Told by a job or by a redirect, such a place hears nothing and gives nothing."""

    async def run() -> tuple[LinkError, list[Heard]]:
        async with loopback(lambda _: http(200, CLIP)) as neighbour:
            link = there.format(port=neighbour.port)
            redirect = http(302, headers={"location": link})
            async with loopback(lambda _: redirect) as server:
                if link.startswith("//") and not redirected:
                    link = f"http:{link}"
                downloads = Downloads("Acme", server.url, patience=HASTY)
                asked = f"{server.url}/1.mp4" if redirected else link
                with pytest.raises(LinkError) as caught:
                    await downloads.fetch(asked, tmp_path / "clip.part", nobody)
                await downloads.close()
                return caught.value, neighbour.heard

    trouble, heard = asyncio.run(run())

    # httpx itself reads the address of a redirect, and takes a broken one for a broken answer
    assert trouble.again == (redirected and there == "http://[::")
    assert not heard
    assert list(tmp_path.iterdir()) == []


def test_three_redirects_are_followed_and_a_fourth_is_not(tmp_path: Path) -> None:
    """Within the route's own host here; each hop is judged like the first link."""

    def hops(most: int) -> Handler:
        def handler(heard: Heard) -> Reply:
            number = int(heard.target.rpartition("/")[2])
            return (
                ranged(heard)
                if number == most
                else http(307, headers={"location": f"/hop/{number + 1}"})
            )

        return handler

    heard, (trouble,) = fetch(hops(3), tmp_path / "clip.part", "/hop/0")
    assert trouble is None
    assert len(heard) == 4
    _, (trouble,) = fetch(hops(4), tmp_path / "other.part", "/hop/0")
    assert trouble
    assert "on and on" in trouble.brief


def named(address: str) -> Any:
    async def look_up(_host: str, _port: int) -> list[Address]:
        return [ipaddress.ip_address(one) for one in address.split()] if address else []

    return look_up


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "8.8.8.8 127.0.0.1", "::1", "169.254.169.254", ""]
)
def test_a_name_that_means_a_private_address_is_refused(tmp_path: Path, address: str) -> None:
    """Also where only one of its addresses is: a name may not smuggle one in."""
    heard, (trouble,) = fetch(
        ranged, tmp_path / "clip.part", "https://cdn.example/1.mp4", look_up=named(address)
    )

    assert trouble
    assert "no public address" in trouble.brief
    assert not heard


def tls_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@pytest.mark.parametrize(("name", "trusted"), [("cdn.example", True), ("other.example", False)])
def test_the_address_that_was_checked_is_the_one_connected_to(
    tmp_path: Path, name: str, trusted: bool
) -> None:
    """Over TLS, by address, and yet the certificate has to be the name's."""
    target = tmp_path / "clip.part"

    async def run() -> tuple[list[Heard], LinkError | None]:
        async with loopback(ranged, tls_server()) as server:
            downloads = Downloads(
                "Acme",
                "https://api.example",
                patience=HASTY,
                look_up=named("127.0.0.2 127.0.0.1"),  # nobody listens at the first
                bounds=Bounds(permitted=lambda _: True),
                verify=ssl.create_default_context(cafile=str(PEM)),
            )
            try:
                await downloads.fetch(f"https://{name}:{server.port}/1.mp4", target, nobody)
            except LinkError as error:
                return server.heard, error
            finally:
                await downloads.close()
            return server.heard, None

    heard, trouble = asyncio.run(run())

    if trusted:
        assert trouble is None
        assert target.read_bytes() == CLIP
        assert heard[0].headers["host"].startswith("cdn.example:")
    else:
        assert trouble
        assert not heard
        assert not target.exists()


def test_a_name_nobody_knows_or_a_closed_door_may_pass(tmp_path: Path) -> None:
    """The network may be down for a moment."""

    async def unknown(_host: str, _port: int) -> list[Address]:
        raise OSError("no such name")

    link = f"https://cdn.example:{closed_port()}/1.mp4"
    _, (trouble,) = fetch(ranged, tmp_path / "c", link, look_up=unknown)
    assert trouble
    assert trouble.again
    open_bounds = Bounds(permitted=lambda _: True)
    _, (trouble,) = fetch(
        ranged, tmp_path / "c", link, look_up=named("127.0.0.1"), bounds=open_bounds
    )
    assert trouble
    assert trouble.again


def test_behind_a_proxy_names_are_the_proxys_and_private_ones_still_refused(
    tmp_path: Path,
) -> None:
    """The proxy hears the name to connect to, not an address that it may not know."""
    script = (
        "import asyncio, json, sys\n"
        "from pathlib import Path\n"
        "from loopback import http, loopback\n"
        "from pipeline.vendors.download import Downloads\n"
        "from pipeline.vendors.errors import LinkError\n"
        "async def main():\n"
        "    async with loopback(lambda _: http(403)) as proxy:\n"
        "        import os\n"
        "        os.environ['HTTPS_PROXY'] = proxy.url\n"
        "        downloads, said = Downloads('Acme', 'https://api.example'), []\n"
        "        for host in ('cdn.invalid', 'localhost', '10.0.0.1'):\n"
        "            try:\n"
        "                await downloads.fetch(f'https://{host}/1.mp4', Path('c'), print)\n"
        "            except LinkError as error:\n"
        "                said.append(error.again)\n"
        "        await downloads.close()\n"
        "        print(json.dumps([said, [one.target for one in proxy.heard]]))\n"
        "asyncio.run(main())\n"
    )
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {here!r})\n{script}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[True, False, False], ["cdn.invalid:443"]]


def test_a_disk_that_does_not_take_the_clip_is_told(tmp_path: Path) -> None:
    """It is no vendor's fault, and the way out is to make room."""
    with pytest.raises(StoreError, match="cannot be written") as caught:
        fetch(ranged, tmp_path / "no such folder" / "clip.part")

    assert "make room" in (caught.value.hint or "")
