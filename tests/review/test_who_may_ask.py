"""The page is this machine's, and its link's, alone; and no request reaches a file by a path."""

from __future__ import annotations

import httpx
import pytest
import reviewed

from pipeline.errors import UsageError
from pipeline.files import digest_of_file
from pipeline.review.guard import Door


@pytest.fixture(scope="module")
def project(tmp_path_factory, ffmpeg):
    return reviewed.begin(tmp_path_factory.mktemp("asked") / "project", ffmpeg)


@pytest.fixture(scope="module")
def server(project):
    with reviewed.serving(project) as one:
        yield one


@pytest.fixture
def stranger(server):
    """Somebody on this machine who has no link."""
    with httpx.Client(base_url=server.base, timeout=60, trust_env=False) as client:
        yield client


def test_the_link_opens_and_the_address_alone_does_not(server, stranger):
    """The token becomes a cookie that no script and no other site reads; then it is not needed."""
    before = stranger.get("/")
    opened = stranger.get(server.link)
    cookie = opened.headers["set-cookie"]
    after = stranger.get("/")

    assert before.status_code == 403
    assert "terminal" in before.text
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert cookie.startswith(f"storyreel-{server.port}=")
    assert after.status_code == 200
    assert "<title>Harbour</title>" in after.text


def test_a_link_in_another_page_is_led_on_by_our_own(server, stranger):
    """A strict cookie is not sent along on a way that began elsewhere: no redirect there."""
    opened = stranger.get(server.link, headers={"sec-fetch-site": "cross-site"})

    assert (opened.status_code, "url=/" in opened.text) == (200, True)
    assert "set-cookie" in opened.headers


@pytest.mark.parametrize(
    "path", ["/api/film", "/api/events", "/api/board", "/film", "/assets/review.js", "/?token=x"]
)
def test_nothing_is_told_without_the_token(stranger, path):
    """A wrong token is as good as none."""
    assert stranger.get(path).status_code == 403
    assert stranger.get(path, headers={"x-storyreel-token": b"\xe9"}).status_code == 403


def test_a_clip_is_not_told_without_the_token(project, stranger):
    """Not even to who knows its digest."""
    assert stranger.get(f"/clips/{project.clip('sh010')}").status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{}", "127.0.0.1", "127.0.0.1:1", ""]
)
def test_a_name_that_points_here_is_not_ours(server, host):
    """DNS rebinding: the browser believes it speaks to somebody else, and says so."""
    status, _ = server.raw("/api/film", {"Host": host.format(server.port)})

    assert status == 421


def test_localhost_is_ours_too(server):
    """Both names of this machine are answered."""
    assert server.raw("/api/film", {"Host": f"localhost:{server.port}"})[0] == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{}"]
)
def test_another_page_may_not_ask(server, origin):
    """Reading as little as writing, whatever it knows."""
    headers = {"origin": origin.format(server.port)}

    assert server.client.get("/api/film", headers=headers).status_code == 403
    assert server.client.post("/api/pick", json={}, headers=headers).status_code == 403


def test_only_the_page_writes(server, stranger):
    """With the cookie alone a request must say that it comes from our page."""
    stranger.get(server.link)
    asked = {"json": {"shot": "nobody", "take": 1}}

    assert stranger.post("/api/pick", **asked).status_code == 403
    for header in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert stranger.post("/api/pick", headers=header, **asked).status_code == 403
    for header in ({"sec-fetch-site": "same-origin"}, {"origin": server.base}):
        assert stranger.post("/api/pick", headers=header, **asked).status_code == 422


def test_every_answer_is_cautious(server, stranger):
    """Refusals, pages and clips alike: no foreign script, no frame, no guessing of kinds."""
    for answer in (stranger.get("/"), server.client.get("/"), server.client.get("/nothing")):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/clips/../../../../../../etc/passwd",
        "/clips/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/clips/%2e%2e/%2e%2e/storyboards/harbour.storyboard.yaml",
        "/clips//etc/passwd",
        "/assets/../server.py",
        "/assets/..%2fserver.py",
        "/assets/..%5cserver.py",
        "/assets/review.js%00.css",
        "/assets//etc/passwd",
        "/assets/",
        "/posters/..%2f..%2fharbour.lock.toml",
        "/posters/.jpg",
        "/proxies/..%2f..%2fjournal.db.mp4",
        "/pictures/..%2frefs%2fboat.png.jpg",
        "/film/../../storyboards/harbour.lock.toml",
        "//etc/passwd",
        "/storyboards/harbour.storyboard.yaml",
        "/output/harbour/events.jsonl",
    ],
)
def test_no_path_from_outside_becomes_a_file(server, path):
    """What is no digest of this film and no name of an asset is nothing."""
    status, body = server.raw(path)

    assert status == 404
    assert b"root:" not in body
    assert b"Harbour" not in body


def test_only_this_boards_takes_are_served(project, server):
    """A clip of another board lies in the same store and is nobody's to see here."""
    strange = project.folder / "output" / "store" / "clips" / "00" / f"{'0' * 64}.mp4"
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"another film")

    assert server.client.get(f"/clips/{'0' * 64}").status_code == 404
    assert server.client.get(f"/clips/{project.clip('sh010')}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=200-", slice(200, None)),
        ("bytes=0-99999999", slice(0, None)),
    ],
)
def test_a_part_of_a_clip_is_answered(project, server, asked, part):
    """Browsers seek by asking for parts."""
    digest = project.clip("sh010")
    whole = server.client.get(f"/clips/{digest}").content
    answer = server.client.get(f"/clips/{digest}", headers={"range": asked})

    assert answer.status_code == 206
    assert answer.content == whole[part]
    assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    assert answer.headers["content-type"] == "video/mp4"


def test_a_part_behind_the_end_is_refused(project, server):
    """416, with how long it is."""
    digest = project.clip("sh010")
    answer = server.client.get(f"/clips/{digest}", headers={"range": "bytes=99999999-"})

    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


def test_what_a_digest_names_never_changes(project, server, tmp_path):
    """The clip is the very file, and is kept by the browser for good."""
    digest = project.clip("sh010")
    answer = server.client.get(f"/clips/{digest}")
    (tmp_path / "clip").write_bytes(answer.content)
    again = server.client.get(f"/clips/{digest}", headers={"if-none-match": answer.headers["etag"]})

    assert digest_of_file(tmp_path / "clip") == digest
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"shot=sh010", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'"' + b"x" * 70_000 + b'"', "application/json", 413),
        (b"{}", "application/json; charset=utf-8", 422),
        (b'{"shot": "sh010", "take": true}', "application/json", 422),
        (b'{"shot": ["sh010"], "take": 1}', "application/json", 422),
        (b'{"shot": "../../x", "take": 1}', "application/json", 422),
        (rb'{"shot": "\ud800", "take": 1}', "application/json", 422),
    ],
)
def test_what_is_no_request_is_refused(server, body, kind, status):
    """Another kind, no JSON, too much of it, or words that mean nothing; always in one shape."""
    answer = server.client.post("/api/pick", content=body, headers={"content-type": kind})

    assert answer.status_code == status
    assert {"code", "message"} <= answer.json()["error"].keys()


def test_too_much_is_refused_before_it_all_came(server):
    """Also where nobody said how much it would be."""
    sent = []

    def pieces():
        for _ in range(4000):
            sent.append(1)
            yield b" " * 16_384

    headers = {"content-type": "application/json"}
    try:
        answer = server.client.post("/api/note", content=pieces(), headers=headers)
    except httpx.TransportError:  # the server has hung up, which says it too
        pass
    else:
        assert answer.status_code == 413
    assert len(sent) < 4000


def test_a_port_that_is_taken_is_told(project, server):
    """With the way out."""
    taken = pytest.raises(UsageError, match=f"Port {server.port} is taken")
    with taken as told, reviewed.serving(project, port=server.port):
        pass

    assert "--port" in str(told.value.hint)


def test_a_token_is_compared_whole():
    """Nothing opens that only begins like it."""
    door = Door(1, "abc")

    assert [door.opens(token) for token in ("abc", "ab", "", None, "abcd")] == [
        True, False, False, False, False
    ]  # fmt: skip
