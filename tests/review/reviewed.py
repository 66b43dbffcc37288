"""A board with takes and the real server before it. ``import reviewed``."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import shutil
import threading
from typing import TYPE_CHECKING, Any, Self

import clips
import httpx

from pipeline.api import adopt_clip
from pipeline.review.server import serve
from pipeline.sidecars.lock_file import load_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

PATIENCE = 60  # seconds after which what should have come will not
FRAMES = 12  # of every clip

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: happyhorse-1.1, duration: 1s, aspect: "16:9", resolution: 720p}
references: {boat: {description: a small boat, image: refs/boat.png}}
shots:
  - {id: sh010, prompt: A harbour at dawn with @boat., references: [boat]}
  - {id: sh020, prompt: It goes on., first_frame: sh010.last}
  - {id: sh030, prompt: The end.}
"""


class Project:
    """A board of three shots; the first has two takes, the second one, the third none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"
        self.lock = self.board.with_name("harbour.lock.toml")
        self.output = folder / "output" / "harbour"

    def adopt(self, ffmpeg: FFmpeg, shot: str, start: int, **how: Any) -> Path:
        """A further take of a shot, its frames numbered from ``start`` on; the file adopted."""
        file = self.folder / f"{shot}-{start}.mp4"
        clips.make(ffmpeg, file, rate="12", frames=FRAMES, start=start, **how)
        adopt_clip(self.board, shot, file)
        return file

    def block(self, shot: str):
        """A shot's takes, pick and notes as the lock has them."""
        return load_lock(self.lock).of(shot)

    def clip(self, shot: str, number: int = 1):
        """The digest of a take's clip."""
        return next(take.clip for take in self.block(shot).takes if take.number == number)

    def edit(self, old: str, new: str) -> None:
        """Change the board's text."""
        text = self.board.read_text()
        assert old in text
        self.board.write_text(text.replace(old, new))

    def copied(self, folder: Path) -> Project:
        """The same elsewhere, to be changed."""
        shutil.copytree(self.folder, folder)
        return Project(folder)


def begin(folder: Path, ffmpeg: FFmpeg) -> Project:
    """A new one."""
    from PIL import Image

    project = Project(folder)
    (project.board.parent / "refs").mkdir(parents=True)
    Image.new("RGB", (640, 420), (10, 90, 160)).save(project.board.parent / "refs" / "boat.png")
    project.board.write_text(BOARD)
    for shot, start in (("sh010", 10), ("sh010", 40), ("sh020", 70)):
        project.adopt(ffmpeg, shot, start)
    return project


class Server:
    """A running server, and somebody who knows its link."""

    def __init__(self, link: str) -> None:
        self.link = link
        self.base, _, self.token = link.partition("/?token=")
        self.port = int(self.base.rpartition(":")[2])
        self.client = httpx.Client(
            base_url=self.base,
            headers={"x-storyreel-token": self.token},
            timeout=PATIENCE,
            trust_env=False,
        )

    def film(self) -> dict[str, Any]:
        """The state."""
        told = self.client.get("/api/film").json()
        assert isinstance(told, dict)
        return told

    def shot(self, name: str) -> dict[str, Any]:
        """A shot of the state."""
        found = next(shot for shot in self.film()["shots"] if shot["id"] == name)
        assert isinstance(found, dict)
        return found

    def post(self, deed: str, **words: Any) -> httpx.Response:
        """What the page would send."""
        return self.client.post(f"/api/{deed}", json=words)

    def raw(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """A request whose path is sent just so."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(asked):
            asked.putrequest("GET", path, skip_host=bool(headers and "Host" in headers))
            for name, value in {"X-Storyreel-Token": self.token, **(headers or {})}.items():
                asked.putheader(name, value)
            asked.endheaders()
            answer = asked.getresponse()
            return answer.status, answer.read()


class Listener:
    """A page that listens: the events told to it, one after another."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __enter__(self) -> Self:
        self._stream = self._server.client.stream("GET", "/api/events")
        self._lines = self._stream.__enter__().iter_lines()
        return self

    def __exit__(self, *why: object) -> None:
        self._stream.__exit__(None, None, None)

    def next(self) -> tuple[str, dict[str, Any]]:
        """The next event."""
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream ended")

    def until(self, what: str, **facts: Any) -> dict[str, Any]:
        """The next event of this name with these facts."""
        while True:
            name, data = self.next()
            if name == what and facts.items() <= data.items():
                return data

    def until_told(self, holds: Any) -> dict[str, Any]:
        """The state, once a word on the film came and it holds."""
        while True:
            self.until("film")
            if holds(told := self._server.film()):
                assert isinstance(told, dict)
                return told


@contextlib.contextmanager
def serving(project: Project, **how: Any) -> Iterator[Server]:
    """A server of the project's board, in a thread; whatever ends it is raised here."""
    links: queue.Queue[Any] = queue.Queue()
    stop = threading.Event()
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            serve(project.board, ready=links.put, stop=stop, **how)
        except BaseException as error:  # noqa: BLE001 - raised below
            wrong.append(error)
            links.put(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        link = links.get(timeout=PATIENCE)
        if isinstance(link, BaseException):
            raise link
        server = Server(link)
        with server.client:
            yield server
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert not wrong
