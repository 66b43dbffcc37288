"""A file is sent from one opening: never the bytes of two in one answer, nor more than is there."""

from __future__ import annotations

import os
import socket

import httpx
import pytest
import reviewed

from pipeline.review.sending import part_of


@pytest.fixture(scope="module")
def project(tmp_path_factory, ffmpeg):
    begun = reviewed.begin(tmp_path_factory.mktemp("sent") / "project", ffmpeg)
    begun.output.mkdir(parents=True, exist_ok=True)
    return begun


@pytest.fixture(scope="module")
def server(project):
    film(project, b"a" * 9_000_000)
    with reviewed.serving(project) as one:
        yield one


def film(project, data):
    """Put a film in the place of the one that is there, as a cut does."""
    beside = project.output / "beside"
    beside.write_bytes(data)
    beside.replace(project.output / "harbour.mp4")


def told(server, *, after=""):
    """Where the film is now, once it is told to be elsewhere than ``after``."""
    with reviewed.Listener(server) as page:
        return page.until_told(lambda film: film["film"] not in (None, after))["film"]


def test_a_film_cut_anew_while_it_is_sent_comes_whole_or_not_at_all(project, server):
    """What began goes on to its end; what is asked for then is refused until it is asked anew."""
    address = server.film()["film"]
    with server.client.stream("GET", address) as answer:
        pieces = answer.iter_bytes()
        first = next(pieces)
        film(project, b"b" * 9_500_000)
        stale = server.client.get(address, headers={"range": "bytes=9000000-"})
        rest = b"".join(pieces)

    assert set(first + rest) == set(b"a")
    assert len(first + rest) == int(answer.headers["content-length"])
    assert stale.status_code == 404
    now = told(server, after=address)
    with server.client.stream("GET", now, headers={"range": "bytes=0-9"}) as answer:
        assert answer.read() == b"b" * 10


def test_a_part_of_another_film_is_not_put_behind_the_first(project, server):
    """`If-Range` names the one that was begun with."""
    film(project, b"c" * 100)
    address = server.film()["film"]
    while (first := server.client.get(address)).content != b"c" * 100:
        address = told(server, after=address)
    same = {"range": "bytes=90-", "if-range": first.headers["etag"]}
    other = {"range": "bytes=90-", "if-range": '"another"'}

    assert server.client.get(address, headers=same).status_code == 206
    assert server.client.get(address, headers=other).status_code == 200


def test_a_link_in_the_films_place_leads_nowhere(project, server):
    """Nor does a pipe, which nobody waits for."""
    address = server.film()["film"]
    path = project.output / "harbour.mp4"
    secret = project.folder / "secret"
    secret.write_text("secret")
    for make in (lambda: path.symlink_to(secret), lambda: os.mkfifo(path)):
        path.unlink()
        make()
        assert server.client.get(address).status_code == 404
        assert server.client.get("/film").status_code == 404
    path.unlink()


def test_a_file_cut_short_while_it_is_sent_ends_the_answer(project, server):
    """Who waits for the rest is told by the end of the connection."""
    clip = project.clip("sh010", 2)
    address = f"/clips/{clip}"
    (path,) = project.folder.rglob(f"{clip}.mp4")
    path.chmod(0o644)
    os.truncate(path, 60_000_000)  # a film's worth, more than goes into a connection's buffers

    def read():
        with server.client.stream("GET", address) as answer:
            answer.raise_for_status()  # where it was seen already that the clip is torn
            os.truncate(path, 10)
            answer.read()

    with pytest.raises(httpx.HTTPError):
        read()


def test_pages_that_leave_or_never_finish_asking_stop_nobody(server):
    """Sixty connections that hang, with half a request or with the stream of news."""
    asked = f"Host: 127.0.0.1:{server.port}\r\nX-Storyreel-Token: {server.token}\r\n"
    hanging = []
    for words in (f"GET /api/events HTTP/1.1\r\n{asked}\r\n", "GET / HTTP/1.1\r\nX: ") * 30:
        hanging.append(socket.create_connection(("127.0.0.1", server.port)))
        hanging[-1].sendall(words.encode())

    assert server.film()["good"]
    for one in hanging:
        one.close()
    assert server.post("note", shot="sh010", take=1, frame=0, text="still here").is_success


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, range(10)),
        ("bytes=0-", 206, range(10)),
        ("bytes=2-4", 206, range(2, 5)),
        ("bytes=9-9", 206, range(9, 10)),
        ("bytes=-3", 206, range(7, 10)),
        ("bytes=-300", 206, range(10)),
        ("bytes=5-99", 206, range(5, 10)),
        ("BYTES= 0 - 1 ", 206, range(2)),
        ("bytes=-0", 416, range(0)),
        ("bytes=10-", 416, range(0)),
        ("bytes=10-20", 416, range(0)),
        ("bytes=4-2", 200, range(10)),
        ("bytes=-", 200, range(10)),
        ("bytes=", 200, range(10)),
        ("bytes=a-b", 200, range(10)),
        ("bytes=\u0661-\u0662", 200, range(10)),
        ("bytes=0-1,3-4", 200, range(10)),
        ("items=0-1", 200, range(10)),
        ("bytes=0-" + "9" * 5000, 200, range(10)),
    ],
)
def test_a_part_is_what_it_says_or_all(asked, status, part):
    """Of ten bytes; what is no part is as if nobody had asked for one."""
    assert part_of(10, asked)[0] == status
    assert list(part_of(10, asked)[1]) == list(part)


def test_of_nothing_there_is_no_part():
    """An empty file has none."""
    assert part_of(0, "") == (200, range(0))
    assert part_of(0, "bytes=0-")[0] == 416
    assert part_of(0, "bytes=-5")[0] == 416
