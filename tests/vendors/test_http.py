"""One session with one vendor, over real sockets: what left, what came back, who heard the key."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from loopback import Heard, Reply, closed_port, http, loopback

from pipeline.vendors.answer import Answer
from pipeline.vendors.client import make_client
from pipeline.vendors.errors import (
    MaybeSentError,
    NotSentError,
    UnreadableError,
    VendorError,
)
from pipeline.vendors.flight import Flight
from pipeline.vendors.http import (
    _SAYS,
    MOST_ANSWER_BYTES,
    Origin,
    Session,
    read_link,
    translate,
)
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import proxies_of

KEY = "afk_5ecret-0123456789abcdef"
HASTY = Patience(connect=2, read=0.3, write=5, whole=3)


def session(url: str, patience: Patience | None = None) -> Session:
    return Session("Acme", url, key_header="X-API-Key", key=KEY, patience=patience)


def ask(
    url: str, patience: Patience | None = None, **request: Any
) -> Callable[[], Awaitable[Answer]]:
    async def asked() -> Answer:
        one = session(url, patience)
        try:
            return await one.ask("POST", "/jobs", pays=True, **request)
        finally:
            await one.close()

    return asked


def all_of_httpx() -> list[type[Exception]]:
    named = (getattr(httpx, name) for name in httpx.__all__)
    return [one for one in named if isinstance(one, type) and issubclass(one, BaseException)]


def made(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://x")
        return kind("words", request=request, response=httpx.Response(500))  # type: ignore[call-arg]
    try:
        return kind("words")
    except TypeError:
        return kind()


@pytest.mark.parametrize("kind", all_of_httpx(), ids=lambda kind: kind.__name__)
def test_no_exception_of_httpx_is_left_untranslated(kind: type[Exception]) -> None:
    """Each class that httpx exports has a row of its own, and becomes ours, sent or not."""
    assert kind in [row for row, _ in _SAYS]
    for sent in (False, True):
        error = translate(made(kind), sent=sent, who="Acme")
        if kind is httpx.DecodingError:
            assert isinstance(error, UnreadableError)
        else:
            assert type(error) is (MaybeSentError if sent else NotSentError)
        assert error.charged == ("maybe" if sent else "no")
        assert "Acme" in error.brief


def test_the_most_specific_row_of_the_table_speaks() -> None:
    """No row is hidden by one above it that is wider."""
    kinds = [kind for kind, _ in _SAYS]

    for place, kind in enumerate(kinds):
        assert not any(issubclass(kind, wider) for wider in kinds[:place]), kind


def test_an_exception_nobody_foresaw_is_translated_too() -> None:
    """Whatever lies beneath httpx, a paid request that left is never taken for unsent."""

    class Novelty(Exception):  # noqa: N818 - it stands for what is not ours
        pass

    assert isinstance(translate(Novelty("x"), sent=True), MaybeSentError)
    assert isinstance(translate(Novelty("x"), sent=False), NotSentError)
    assert translate(Novelty("x"), sent=True, pays=False).charged == "no"


async def gzip_that_is_none(_: Heard) -> Reply:
    return http(200, b"no gzip at all", headers={"content-encoding": "gzip"})


async def in_circles(_: Heard) -> Reply:
    return http(302, headers={"location": "/again"})


async def silent(_: Heard) -> Reply:
    return Reply((), "hang")


RAISED: dict[str, tuple[Any, dict[str, Any], bool]] = {
    # name -> what the server does, the request, whether anything left
    "ReadTimeout": (silent, {}, True),
    "ReadError": (lambda _: Reply((), "reset"), {}, True),
    "RemoteProtocolError": (lambda _: Reply((), "close"), {}, True),
    "DecodingError": (gzip_that_is_none, {}, True),
    "TooManyRedirects": (in_circles, {"follow_redirects": True}, True),
    "ConnectError": (None, {}, False),
    "UnsupportedProtocol": (None, {"url": "ftp://127.0.0.1/"}, False),
    "InvalidURL": (None, {"url": "http://[::"}, False),
    "LocalProtocolError": (in_circles, {"headers": {"x": "a\nb"}}, True),
    "PoolTimeout": (silent, {"busy": True}, False),
    "ProxyError": (lambda _: http(403), {"through": True}, False),
}


@pytest.mark.parametrize("name", RAISED)
def test_what_httpx_really_raises_is_known_as_sent_or_not(name: str) -> None:
    """The failures themselves, from sockets, with what had left this machine at that moment."""
    handler, request, left = RAISED[name]

    async def run() -> tuple[Exception | None, bool]:
        async with loopback(handler or in_circles) as server:
            url = server.url if handler else f"http://127.0.0.1:{closed_port()}"
            patience = Patience(read=0.3, whole=0.3, at_once=1)
            settings = {"ALL_PROXY": server.url} if "through" in request else {}
            proxy = proxies_of(settings).through("https", "there.invalid", 443)
            client = make_client(patience, proxy=proxy)
            flight = Flight(None)
            if "busy" in request:
                holder = asyncio.create_task(client.get(url, timeout=httpx.Timeout(5)))
                await asyncio.sleep(0.05)
            try:
                await client.get(
                    "https://there.invalid/" if settings else request.get("url", url),
                    headers=request.get("headers"),
                    follow_redirects=request.get("follow_redirects", False),
                    extensions={"trace": flight.heard},
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                return error, flight.sent
            finally:
                if "busy" in request:
                    holder.cancel()
                    await asyncio.gather(holder, return_exceptions=True)
                await client.aclose()
        return None, flight.sent

    error, sent = asyncio.run(run())

    assert type(error).__name__ == name
    assert sent == left
    assert isinstance(translate(error, sent=sent), VendorError)


def test_a_name_or_a_port_that_is_not_there_is_not_sent() -> None:
    """No DNS, no listener, no TLS: nothing left, and the caller was not told that it would."""
    told: list[str] = []

    async def sending() -> None:
        told.append("sending")

    async def run(url: str) -> VendorError:
        with pytest.raises(NotSentError) as caught:
            await ask(url, HASTY, content=b"{}", sending=sending)()
        return caught.value

    async def no_tls() -> VendorError:
        async with loopback(lambda _: http(200)) as server:
            return await run(server.url.replace("http:", "https:"))

    unknown = asyncio.run(run("https://nothing.invalid"))
    refused = asyncio.run(run(f"http://127.0.0.1:{closed_port()}"))
    plain = asyncio.run(no_tls())

    assert not told
    assert {error.charged for error in (unknown, refused, plain)} == {"no"}
    assert "name is not known" in (unknown.hint or "")
    assert refused.brief == "Acme cannot be reached."


@pytest.mark.parametrize(
    "reply",
    [
        Reply((), "reset"),
        Reply((), "close"),
        Reply((b"HTTP/1.1 202 Acc",), "close"),
        Reply((b"HTTP/1.1 202 Accepted\r\ncontent-le",), "reset"),
        Reply((b"this is no HTTP\r\n\r\n",), "close"),
        Reply((), "hang"),
        Reply((b"HTTP/1.1 202 OK\r\n",), "hang"),
        Reply((b"HTTP/1.1 202 OK\r\ncontent-length: 50\r\n\r\n", *([b"{"] * 50)), "keep", 0.1),
    ],
    ids=["reset", "closed", "half a line", "half a head", "no HTTP", "silent", "stalled", "drip"],
)
def test_a_lost_answer_to_a_paid_request_may_have_been_sent(reply: Reply) -> None:
    """However the answer is lost, the request may have been taken and charged."""

    async def run() -> VendorError:
        async with loopback(lambda _: reply) as server:
            with pytest.raises(MaybeSentError) as caught:
                await ask(server.url, HASTY, content=b"{}")()
            return caught.value

    error = asyncio.run(run())

    assert error.charged == "maybe"
    assert KEY not in f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"


def test_a_half_written_body_still_tells_its_status() -> None:
    """An answer whose body breaks off is given with what came of it, and cannot be read."""

    async def run(then: Any) -> Answer:
        async with loopback(lambda _: http(402, b'{"error', length=99, then=then)) as server:
            return await ask(server.url, content=b"{}")()

    for then in ("close", "reset"):
        answer = asyncio.run(run(then))
        assert (answer.status, answer.broken) == (402, "it was cut off")
        with pytest.raises(UnreadableError, match="cut off"):
            answer.fields(charged=True)


def test_the_moment_before_the_first_byte_is_told() -> None:
    """The connection stands, nothing has left, and nothing leaves before the caller is done."""
    seen: list[tuple[int, int]] = []

    async def run() -> Answer:
        async with loopback(lambda _: http(200, {})) as server:

            async def sending() -> None:
                await asyncio.sleep(0.05)
                seen.append((server.connections, server.received))

            return await ask(server.url, content=b"{}", sending=sending)()

    assert asyncio.run(run()).status == 200
    assert seen == [(1, 0)]


def test_what_the_caller_raises_at_that_moment_stops_the_posting() -> None:
    """A journal that cannot be written keeps the job from being posted, with its own error."""

    class DiskFullError(Exception):
        pass

    async def run() -> int:
        async with loopback(lambda _: http(200, {})) as server:

            async def sending() -> None:
                raise DiskFullError

            one = session(server.url)
            with pytest.raises(DiskFullError):
                await one.ask("POST", "/jobs", pays=True, content=b"{}", sending=sending)
            assert (await one.ask("GET", "/")).status == 200  # the session is none the worse
            await one.close()
            return sum(heard.method == "POST" for heard in server.heard)

    assert asyncio.run(run()) == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays(status: int) -> None:
    """Another host named by the vendor hears nothing at all."""

    async def run() -> tuple[int, list[Heard], list[Heard]]:
        async with loopback(lambda _: http(200, {})) as other:
            there = {"location": f"{other.url}/jobs", "set-cookie": "a=b"}
            async with loopback(lambda _: http(status, headers=there)) as server:
                one = session(server.url)
                answer = await one.ask("POST", "/jobs", content=b"{}")
                await one.ask("GET", "/jobs")
                await one.close()
                return answer.status, server.heard, other.heard

    answered, ours, others = asyncio.run(run())

    assert answered == status
    assert not others
    assert [heard.headers["x-api-key"] for heard in ours] == [KEY, KEY]
    assert not any("cookie" in heard.headers for heard in ours)


def test_the_key_is_in_nothing_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Not in the words of an answer that gives it back, not in a repr, not in any log."""
    link = "https://cdn.example/clip.mp4?signature=abcdef0123456789"
    echo = f"<html><style>p{{}}</style><p>Invalid key {KEY}, or {KEY[:12]}…; see {link}</p>"
    caplog.set_level(logging.DEBUG)

    async def run() -> tuple[Answer, Session]:
        async with loopback(lambda _: http(401, echo.encode())) as server:
            one = session(server.url)
            answer = await one.ask("GET", "/me", query={"token": "t0ken"})
            await one.close()
            return answer, one

    answer, one = asyncio.run(run())
    said = f"{answer!r} {answer.said} {one!r} {one.clean(echo)} {caplog.text}"

    assert "Invalid key <key>, or <key>…; see https://cdn.example/…" in answer.said
    for secret in (KEY, KEY[:12], "signature", "t0ken"):
        assert secret not in said


def test_one_connection_serves_many_requests_and_no_more_than_allowed_are_under_way() -> None:
    """Connections are kept; more requests than allowed wait in front of httpx's pool."""

    async def slow(_: Heard) -> Reply:
        await asyncio.sleep(0.01)
        return http(200, {})

    async def run() -> tuple[int, int, int]:
        async with loopback(slow) as server:
            one = session(server.url, Patience(at_once=3))
            for _ in range(4):
                await one.ask("GET", "/")
            kept = server.connections
            await asyncio.gather(*(one.ask("GET", "/") for _ in range(12)))
            await one.close()
            return kept, server.connections, server.most_busy

    kept, connections, most_busy = asyncio.run(run())

    assert kept == 1
    assert connections <= 3
    assert most_busy == 3


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    """A body beyond the limit is given up, and is not readable."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
    flood = Reply((head, *([b" " * (1 << 20)] * (MOST_ANSWER_BYTES // (1 << 20) + 2))), "close")

    async def run() -> Answer:
        async with loopback(lambda _: flood) as server:
            return await ask(server.url)()

    assert asyncio.run(run()).broken == "it has more than 8 MB"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Example.COM/a", Origin("https", "example.com", 443)),
        ("http://127.0.0.1:8787", Origin("http", "127.0.0.1", 8787)),
        ("https://[2606:4700::1]:444/x", Origin("https", "2606:4700::1", 444)),
        ("file:///etc/passwd", None),
        ("/etc/passwd", None),
        ("https://", None),
        ("http://[::", None),
        ("", None),
    ],
)
def test_an_address_is_taken_apart_as_it_will_be_connected_to(
    text: str, origin: Origin | None
) -> None:
    """Scheme, host and port, defaults filled in; nothing without a host is an address."""
    link = read_link(text)

    assert (link and link.origin) == origin
