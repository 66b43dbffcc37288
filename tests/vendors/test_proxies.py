"""Proxies and certificates by the usual variables: what goes where, who hears and tells what."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Heard, Loopback, Reply, closed_port, http, loopback
from proxying import Does, ProxyServer, a_proxy

from pipeline.errors import SettingsError
from pipeline.vendors.addresses import Address, literal_address
from pipeline.vendors.answer import Answer
from pipeline.vendors.download import Bounds, Downloads
from pipeline.vendors.errors import MaybeSentError, NotSentError, VendorError
from pipeline.vendors.http import Session
from pipeline.vendors.patience import Patience
from pipeline.vendors.proxies import proxies_of
from pipeline.vendors.trust import Bundle, bundle_of, check_network, context_of

KEY = "afk_5ecret-0123456789abcdef"
PASSWORD = "op3n-sesame"
HASTY = Patience(connect=2, read=0.5, write=2, whole=3)
PEM = Path(__file__).with_name("cdn.example.pem")
CLIP = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 40


def tls_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def through(variables: dict[str, str], scheme: str, host: str, port: int = 443) -> str | None:
    """The proxy's address and variable, as they are shown."""
    proxy = proxies_of(variables).through(scheme, host, port)
    return str(proxy) if proxy else None


A, B = "http://a.corp:3128", "http://b.corp:3128"


@pytest.mark.parametrize(
    ("variables", "scheme", "expected"),
    [
        ({"HTTPS_PROXY": A}, "https", f"{A} (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": A}, "http", None),
        ({"HTTP_PROXY": A}, "http", f"{A} (HTTP_PROXY)"),
        ({"ALL_PROXY": A}, "https", f"{A} (ALL_PROXY)"),
        ({"ALL_PROXY": A, "HTTPS_PROXY": B}, "https", f"{B} (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": A, "https_proxy": B}, "https", f"{B} (https_proxy)"),
        ({"HTTPS_PROXY": A, "https_proxy": ""}, "https", None),
        ({"HTTPS_PROXY": ""}, "https", None),
        ({"HTTP_PROXY": A, "REQUEST_METHOD": "GET"}, "http", None),
        ({"http_proxy": A, "REQUEST_METHOD": "GET"}, "http", f"{A} (http_proxy)"),
        ({"https_proxy": "a.corp:3128"}, "https", f"{A} (https_proxy)"),
        ({"https_proxy": "http://joe:x%40y@a.corp:3128/"}, "https", f"{A} (https_proxy)"),
        ({"https_proxy": "http://[::1]:3128"}, "https", "http://[::1]:3128 (https_proxy)"),
        ({"https_proxy": "https://a.corp"}, "https", "https://a.corp:443 (https_proxy)"),
        ({}, "https", None),
    ],
)
def test_the_usual_variables_name_the_proxy(
    variables: dict[str, str], scheme: str, expected: str | None
) -> None:
    """The scheme's own before ALL_PROXY, small letters before capitals, an empty one is none."""
    assert through(variables, scheme, "api.example") == expected


@pytest.mark.parametrize(
    ("listed", "host", "direct"),
    [
        ("*", "api.example", True),
        ("api.example", "api.example", True),
        ("API.Example", "api.example", True),
        ("example", "api.example", True),
        (".example", "api.example", True),
        ("*.example", "api.example", True),
        ("pi.example", "api.example", False),
        ("api.example:443", "api.example", True),
        ("api.example:444", "api.example", False),
        ("other, api.example", "api.example", True),
        ("other api.example", "api.example", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1:443", "127.0.0.1", True),
        ("127.0.0.0/8", "127.1.2.3", True),
        ("127.0.0.0/8", "128.0.0.1", False),
        ("127.0.0.0/8", "api.example", False),
        ("::1", "::1", True),
        ("[::1]:443", "::1", True),
        ("localhost", "localhost", True),
        ("localhost", "127.0.0.1", False),
        ("", "api.example", False),
        (".", "api.example", False),
    ],
)
def test_no_proxy_lists_what_is_reached_directly(listed: str, host: str, direct: bool) -> None:
    """Names with all that ends in them, addresses, networks, ports; nothing by half a name."""
    for name in ("NO_PROXY", "no_proxy"):
        assert (through({"ALL_PROXY": A, name: listed}, "https", host) is None) == direct


LABELS = st.text("abcdefgh0123-", min_size=1, max_size=8)


@given(LABELS, LABELS)
@settings(max_examples=40, deadline=None)
def test_a_name_in_no_proxy_speaks_for_all_below_it_and_for_none_beside_it(
    label: str, other: str
) -> None:
    """Whatever the names: below the one listed is direct, one that only ends like it is not."""
    variables = {"ALL_PROXY": A, "NO_PROXY": f"{label}.example"}

    assert through(variables, "https", f"{label}.example") is None
    assert through(variables, "https", f"{other}.{label}.example") is None
    assert through(variables, "https", f"{other}{label}.example") is not None


@given(st.text(st.characters(codec="utf-8"), min_size=6, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_proxys_password_is_never_told(password: str) -> None:
    """Read or refused, what is shown of the variable does not hold what may be a password."""
    secret = f"S3{password}3S"
    said: object
    try:
        said = proxies_of({"ALL_PROXY": f"http://joe:{secret}@a.corp:3128"}).by_scheme["all"]
    except SettingsError as error:
        said = error

    assert secret not in f"{said} {said!r}"


@pytest.mark.parametrize(
    "value",
    [
        "ftp://a.corp:1",
        "http://:8080",
        "http://a.corp:port",
        "http://joe:p/w@a.corp:1",
        "http://a.corp/x",
    ],
)
def test_a_variable_that_holds_no_proxy_is_told_by_name(value: str) -> None:
    """The variable, the way to write it, and not its value."""
    with pytest.raises(SettingsError, match="HTTPS_PROXY holds no proxy") as caught:
        proxies_of({"HTTPS_PROXY": value})

    assert "%40" in (caught.value.hint or "")
    assert value not in str(caught.value)


def test_a_socks_proxy_without_its_package_is_told() -> None:
    """Not a library's ImportError in the middle of a render."""
    with pytest.raises(SettingsError, match="SOCKS") as caught:
        proxies_of({"ALL_PROXY": "socks5h://a.corp"})

    assert "httpx[socks]" in (caught.value.hint or "")


# over sockets


async def ask(
    url: str,
    variables: dict[str, str],
    sending: Callable[[], Awaitable[object]] | None = None,
    verify: ssl.SSLContext | None = None,
) -> Answer:
    one = Session(
        "Acme",
        url,
        key_header="X-API-Key",
        key=KEY,
        patience=HASTY,
        proxies=proxies_of(variables),
        verify=verify or context_of(Bundle("SSL_CERT_FILE", str(PEM))),
    )
    try:
        return await one.ask("POST", "/jobs", pays=True, content=b"{}", sending=sending)
    finally:
        await one.close()


def over_tls(
    act: Callable[[ProxyServer, Loopback], Awaitable[object]],
    does: Does = "pass",
    wants: str | None = None,
    reply: Reply | None = None,
) -> tuple[ProxyServer, Loopback]:
    """A vendor that is only reached through a proxy; what both of them heard."""

    async def run() -> tuple[ProxyServer, Loopback]:
        answering = reply or http(200, {})
        async with (
            loopback(lambda _: answering, tls_server()) as server,
            a_proxy(server.port, does, wants) as proxy,
        ):
            await act(proxy, server)
            return proxy, server

    return asyncio.run(run())


@pytest.mark.parametrize("user", ["", f"joe:{PASSWORD}", "j%40e:p%2Fw%3A"])
def test_a_vendor_is_reached_through_a_tunnel_that_hears_no_key(user: str) -> None:
    """CONNECT by the vendor's name, TLS inside; name and password go to the proxy alone."""
    wants = user.replace("%40", "@").replace("%2F", "/").replace("%3A", ":") or None

    async def act(proxy: ProxyServer, _: Loopback) -> None:
        answer = await ask("https://cdn.example", {"HTTPS_PROXY": proxy.url(user)})
        assert answer.status == 200

    proxy, server = over_tls(act, wants=wants)

    assert proxy.asked == ["CONNECT cdn.example:443 HTTP/1.1"]
    assert KEY not in "".join(proxy.heads)
    assert [heard.headers["x-api-key"] for heard in server.heard] == [KEY]
    assert "proxy-authorization" not in server.heard[0].headers


def test_nothing_has_left_when_the_tunnel_stands() -> None:
    """The moment before the first byte comes after CONNECT and TLS, and before the request."""
    seen: list[tuple[int, int, int]] = []

    async def act(proxy: ProxyServer, server: Loopback) -> None:
        async def sending() -> None:
            await asyncio.sleep(0.05)
            seen.append((len(proxy.heads), server.connections, server.received))

        await ask("https://cdn.example", {"ALL_PROXY": proxy.url()}, sending)

    over_tls(act)

    assert seen == [(1, 1, 0)]


@pytest.mark.parametrize(
    ("does", "user", "said"),
    [
        ("refuse", "", "wants a name and a password"),
        ("refuse", f"joe:{PASSWORD}@", "does not take its name and password"),
        ("close", f"joe:{PASSWORD}@", "cannot be reached through the proxy"),
        ("bad gateway", f"joe:{PASSWORD}@", "cannot be reached through the proxy"),
        ("garbage", f"joe:{PASSWORD}@", "cannot be reached through the proxy"),
        ("down", f"joe:{PASSWORD}@", "cannot be reached through the proxy"),
        ("unknown", f"joe:{PASSWORD}@", "cannot be reached through the proxy"),
    ],
)
def test_a_proxy_that_fails_is_named_and_nothing_was_sent(does: str, user: str, said: str) -> None:
    """Its address and its variable, never its password; the job was not sent, nor said to be."""
    told: list[str] = []
    caught: list[VendorError] = []

    async def act(proxy: ProxyServer, _: Loopback) -> None:
        async def sending() -> None:
            told.append("sending")

        where = {"down": f"127.0.0.1:{closed_port()}", "unknown": "nothing.invalid:1"}
        url = f"http://{user}{where.get(does, f'127.0.0.1:{proxy.port}')}"
        with pytest.raises(NotSentError) as error:
            await ask("https://cdn.example", {"HTTPS_PROXY": url}, sending)
        caught.append(error.value)

    known = does if does in ("refuse", "close", "bad gateway", "garbage") else "pass"
    _, server = over_tls(act, known)  # type: ignore[arg-type]
    (error,) = caught
    words = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"

    assert said in error.brief
    assert "HTTPS_PROXY" in error.brief
    assert "HTTPS_PROXY" in (error.hint or "")
    assert error.charged == "no"
    assert not told
    assert not server.heard
    assert PASSWORD not in words
    assert KEY not in words


def test_an_answer_lost_behind_a_proxy_may_have_been_sent() -> None:
    """Once it has left through the tunnel, its fate is unknown, and the proxy is named with it."""
    caught: list[VendorError] = []

    async def act(proxy: ProxyServer, _: Loopback) -> None:
        with pytest.raises(MaybeSentError) as error:
            await ask("https://cdn.example", {"HTTPS_PROXY": proxy.url(f"joe:{PASSWORD}")})
        caught.append(error.value)

    over_tls(act, reply=Reply((), "close"))

    assert caught[0].charged == "maybe"
    assert "through the proxy http://127.0.0.1:" in (caught[0].details or "")
    assert PASSWORD not in str(caught[0])


def plain(
    user: str = "", wants: str | None = None, **more: str
) -> tuple[ProxyServer, Loopback, object]:
    """A route without TLS behind a proxy for plain HTTP."""

    async def run() -> tuple[ProxyServer, Loopback, object]:
        told: list[str] = []

        async def sending() -> None:
            told.append("sending")

        async with (
            loopback(lambda _: http(200, {})) as server,
            a_proxy(server.port, wants=wants) as proxy,
        ):
            try:
                ended: object = await ask(
                    server.url, {"HTTP_PROXY": proxy.url(user), **more}, sending
                )
            except VendorError as error:
                ended = error
            assert told == ["sending"]
            return proxy, server, ended

    return asyncio.run(run())


def test_plain_http_goes_through_its_proxy_or_past_it() -> None:
    """The whole address is told to the proxy; what NO_PROXY lists is asked directly."""
    proxy, server, _ = plain(f"joe:{PASSWORD}", f"joe:{PASSWORD}")
    assert proxy.asked == [f"POST {server.url}/jobs HTTP/1.1"]
    assert len(server.heard) == 1

    proxy, server, _ = plain(NO_PROXY="localhost,127.0.0.1")
    assert not proxy.heads
    assert len(server.heard) == 1


def test_a_proxy_that_answers_in_the_vendors_place_passed_nothing_on() -> None:
    """Its 407 is no word of the vendor's: the job was not taken, and may be sent again."""
    _, server, error = plain("", "joe:other")

    assert isinstance(error, NotSentError)
    assert "wants a name and a password" in error.brief
    assert not server.heard


# downloads


async def named(_host: str, _port: int) -> list[Address]:
    found = literal_address("127.0.0.1")
    assert found
    return [found]


@pytest.mark.parametrize("direct", [False, True])
def test_a_clip_comes_through_the_proxy_or_past_it(tmp_path: Path, direct: bool) -> None:
    """By name through the proxy; what NO_PROXY lists comes from the address that was checked."""

    async def run() -> tuple[ProxyServer, list[Heard]]:
        clip = http(200, CLIP, headers={"content-type": "video/mp4"})
        async with (
            loopback(lambda _: clip, tls_server()) as server,
            a_proxy(server.port) as proxy,
        ):
            listed = {"no_proxy": "cdn.example"} if direct else {}
            downloads = Downloads(
                "Acme",
                "https://api.example",
                patience=HASTY,
                look_up=named,
                bounds=Bounds(permitted=lambda _: True),
                verify=context_of(Bundle("SSL_CERT_FILE", str(PEM))),
                proxies=proxies_of({"https_proxy": proxy.url(), **listed}),
            )
            link = f"https://cdn.example:{server.port}/1.mp4?signature=s3cret"
            await downloads.fetch(link, tmp_path / "clip", lambda *_: None)
            await downloads.close()
            return proxy, server.heard

    proxy, heard = asyncio.run(run())

    assert (tmp_path / "clip").read_bytes() == CLIP
    assert len(heard) == 1
    assert [line.startswith("CONNECT cdn.example:") for line in proxy.asked] == [True] * (
        not direct
    )


# certificates


def test_a_private_authority_is_believed_where_it_is_named() -> None:
    """With the bundle the vendor is reached; without it it is refused, and the way out is named."""
    caught: list[VendorError] = []

    async def act(proxy: ProxyServer, _: Loopback) -> None:
        variables = {"HTTPS_PROXY": proxy.url()}
        assert (await ask("https://cdn.example", variables)).status == 200
        with pytest.raises(NotSentError) as error:
            await ask("https://cdn.example", variables, verify=ssl.create_default_context())
        caught.append(error.value)

    _, server = over_tls(act)

    assert "SSL_CERT_FILE" in (caught[0].hint or "")
    assert len(server.heard) == 1


def test_the_first_variable_that_is_set_names_the_certificates() -> None:
    """OpenSSL's own two, then those of requests and curl; an empty one is none."""
    order = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

    for place, name in enumerate(order):
        variables = {**dict.fromkeys(order[:place], ""), **dict.fromkeys(order[place:], "x")}
        assert bundle_of(variables) == Bundle(name, "x")
    assert bundle_of({}) is None


@pytest.mark.parametrize(
    "variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
@pytest.mark.parametrize("kind", ["missing", "broken", "empty", "empty folder", "nul"])
def test_certificates_that_are_none_are_told_before_anything_is_sent(
    tmp_path: Path, variable: str, kind: str
) -> None:
    """The variable and the path, whatever is wrong with what lies there."""
    path = tmp_path / "bundle"
    if kind == "broken":
        path.write_text(PEM.read_text().replace("M", "?"))
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "empty folder":
        path.mkdir()
    value = f"{path}\0" if kind == "nul" else str(path)

    with pytest.raises(SettingsError, match=variable) as caught:
        check_network({variable: value})

    assert str(path) in caught.value.brief
    assert "Nothing was sent." in (caught.value.details or "")


def test_a_folder_of_hashed_certificates_is_believed(tmp_path: Path) -> None:
    """As openssl rehash makes it; several may be listed."""
    (tmp_path / "0a1b2c3d.0").write_bytes(PEM.read_bytes())

    _, bundle = check_network({"SSL_CERT_DIR": f"{tmp_path}{os.pathsep}/nowhere"})

    assert bundle


def test_the_command_goes_by_the_environment_as_it_is(tmp_path: Path) -> None:
    """A real doctor, a proxy with a password, a private authority: the vendor is asked, once."""
    me = {"team": {"name": "Acme", "credits": 7}}

    async def doctor(**variables: str) -> str:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        house = str(Path(__file__).parent.parent.parent)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pipeline", "doctor", "--online", "--json"),
            env={
                **kept,
                "PYTHONPATH": house,
                "STORYREEL_APIFRAME_URL": "https://cdn.example",
                "STORYREEL_APIFRAME_KEY_VARIABLE": "OTHER_KEY",
                "OTHER_KEY": KEY,
                **variables,
            },
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert b"Traceback" not in err, err
        return out.decode()

    async def run() -> tuple[str, str, ProxyServer]:
        wants = f"joe:{PASSWORD}"
        async with (
            loopback(lambda _: http(200, me), tls_server()) as server,
            a_proxy(server.port, wants=wants) as proxy,
        ):
            variables = {"HTTPS_PROXY": proxy.url(wants)}
            good = await doctor(**variables, SSL_CERT_FILE=str(PEM))
            bad = await doctor(**variables, REQUESTS_CA_BUNDLE="/nowhere.pem")
            return good, bad, proxy

    good, bad, proxy = asyncio.run(run())
    checks = {one["name"]: one for one in json.loads(good)["checks"]}
    worse = {one["name"]: one for one in json.loads(bad)["checks"]}

    assert "balance 7 credits" in checks["apiframe"]["text"]
    assert f"https through http://127.0.0.1:{proxy.port} (HTTPS_PROXY)" in checks["network"]["text"]
    assert "cdn.example.pem (SSL_CERT_FILE)" in checks["network"]["text"]
    assert worse["network"]["state"] == worse["apiframe"]["state"] == "fail"
    assert "REQUESTS_CA_BUNDLE names /nowhere.pem" in worse["network"]["text"]
    assert PASSWORD not in good + bad
    assert len(proxy.heads) == 1
