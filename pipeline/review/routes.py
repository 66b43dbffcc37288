"""What each address answers. A file is found by a digest in the snapshot, never by a path.

Blocking work goes to threads; what is only told comes from the snapshot as it lies there.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from pipeline.errors import OwnFaultError, StoryreelError, UsageError, of_the_system
from pipeline.files import read_regular, write_whole
from pipeline.review.deeds import DEEDS, Deed, error_document
from pipeline.review.hub import Hub
from pipeline.review.pictures import SIDES, Posters
from pipeline.review.sending import sent_file
from pipeline.review.showing import Known, Showing
from pipeline.storyboard.decoding import MOST_BYTES

if TYPE_CHECKING:
    from jinja2 import Template
    from starlette.requests import Request

HERE = Path(__file__).parent
MOST_ASKED = 64 * 1024
"""Bytes that a page may send at once."""

_FOR_GOOD = {"cache-control": "private, max-age=31536000, immutable"}
_ASK_FIRST = {"cache-control": "private, no-cache"}
_ASSETS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POSTER = re.compile(r"([0-9a-f]{64})(?:-(\d{1,9}))?\.jpg", re.ASCII)


@dataclass(frozen=True)
class Routes:
    """The addresses of one board's page."""

    showing: Showing
    hub: Hub
    stop: threading.Event
    posters: Posters = field(default_factory=Posters)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def application(self) -> Starlette:
        """What answers, without the guard before it."""
        get = ["GET"]
        routes = [
            Route("/", self.page, methods=get),
            Route("/assets/{name}", self.asset, methods=get),
            Route("/api/film", self.film_told, methods=get),
            Route("/api/events", self.events, methods=get),
            Route("/api/board", self.board, methods=get),
            Route("/clips/{digest}", self.clip, methods=get),
            Route("/proxies/{digest}.mp4", self.proxy, methods=get),
            Route("/posters/{name}", self.poster, methods=get),
            Route("/pictures/{digest}.jpg", self.picture, methods=get),
            Route("/film", self.film, methods=get),
            *(
                Route(f"/api/{name}", self._writing(deed), methods=["POST"])
                for name, deed in DEEDS.items()
            ),
        ]
        wrong: dict[Any, Any] = {
            HTTPException: _refused,
            StoryreelError: _own,
            OSError: _of_the_system,
            Exception: self._bug,
        }
        return Starlette(routes=routes, exception_handlers=wrong)

    async def page(self, _: Request) -> Response:
        """The page; its scripts fetch the rest."""
        told = self.showing.snapshot.document
        words = {name: told[name] for name in ("title", "board", "draft")}
        page = await run_in_threadpool(self._template.render, words)
        return HTMLResponse(page.encode(errors="replace"))

    async def asset(self, request: Request) -> Response:
        """A file of the page's own."""
        path = self._assets.get(request.path_params["name"])
        if path is None:
            raise HTTPException(404)
        return await sent_file(request, path, _ASSETS[path.suffix], _ASK_FIRST, links=True)

    async def film_told(self, request: Request) -> Response:
        """The whole state."""
        told = self.showing.snapshot
        headers = {"etag": f'"{told.revision}"', **_ASK_FIRST}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(told.body, media_type="application/json", headers=headers)

    async def events(self, request: Request) -> Response:
        """What happens, as long as the page listens."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        if request.method == "HEAD":  # nobody listens
            return Response(media_type="text/event-stream", headers=headers)
        return StreamingResponse(self.hub.stream(), media_type="text/event-stream", headers=headers)

    async def board(self, _: Request) -> Response:
        """The author's text."""
        data = await run_in_threadpool(read_regular, self.showing.path, MOST_BYTES)
        path = self.showing.snapshot.document["path"]
        return _json(
            {"schema": 1, "path": path, "text": data.decode("utf-8-sig", errors="replace")}
        )

    async def clip(self, request: Request) -> Response:
        """A take's clip as it is."""
        clip = self.showing.snapshot.clips.get(request.path_params["digest"])
        if clip is None:
            raise HTTPException(404)
        return await sent_file(request, clip.path, "video/mp4", _FOR_GOOD, links=True)

    async def proxy(self, request: Request) -> Response:
        """A copy of a clip that a browser plays, made when it is first asked for."""
        from pipeline.review.proxies import proxy_of

        clip = self.showing.snapshot.clips.get(request.path_params["digest"])
        if clip is None:
            raise HTTPException(404)
        folder, chosen = self.showing.proxies, self.showing.ffmpeg
        path = await run_in_threadpool(proxy_of, clip, folder, chosen, self.stop)
        return await sent_file(request, path, "video/mp4", _ASK_FIRST)

    async def poster(self, request: Request) -> Response:
        """A frame of a take's clip; of one without a number, the first."""
        match = _POSTER.fullmatch(request.path_params["name"])
        clip = self.showing.snapshot.clips.get(match[1]) if match else None
        if match is None or clip is None:
            raise HTTPException(404)
        asked = request.query_params
        side = _number(asked.get("side", "320"))
        index = _number(asked.get("frame", match[2] or "0"))
        if side not in SIDES:
            raise UsageError(f"side is one of {', '.join(map(str, SIDES))}.")
        store = self.showing.store
        data = await run_in_threadpool(self.posters.of_frame, store, clip, index, side)
        return Response(data, media_type="image/jpeg", headers=_FOR_GOOD)

    async def picture(self, request: Request) -> Response:
        """A picture of the author's, small."""
        digest = request.path_params["digest"]
        path = self.showing.snapshot.pictures.get(digest)
        if path is None:
            raise HTTPException(404)
        data = await run_in_threadpool(self.posters.of_picture, path, digest)
        return Response(data, media_type="image/jpeg", headers=_FOR_GOOD)

    async def film(self, request: Request) -> Response:
        """The film on disk; of another version than asked for, nothing: its frames moved."""
        told = self.showing.snapshot
        asked = request.query_params.get("v", told.version)
        if told.film is None or asked != told.version:
            raise HTTPException(404)
        return await sent_file(request, told.film, "video/mp4", _ASK_FIRST, version=told.version)

    def _writing(self, deed: Deed) -> Callable[[Request], Any]:
        async def write(request: Request) -> Response:
            asked = await _asked(request)
            said, revision = await run_in_threadpool(self._do, deed, asked)
            return _json({"schema": 1, "said": list(said), "revision": revision})

        return write

    def _do(self, deed: Deed, asked: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
        with self.turn:
            before = self.showing.files()
            written = deed(self.showing.plan(), asked)
            return written.said, self.showing.refresh(known=Known(written.after, before))

    async def _bug(self, _: Request, error: Exception) -> Response:
        """A fault of ours: told in a sentence, all of it in a file."""
        path = self.showing.places.folder / "review-bug.txt"
        text = "".join(traceback.format_exception(error))
        with contextlib.suppress(OSError):
            await run_in_threadpool(write_whole, path, text)
        own = OwnFaultError(
            f"storyreel met a bug of its own: {type(error).__name__}: {error}",
            hint=f"What happened is in {path.name} beside the film; please send it.",
        )
        return _json(error_document(own), 500)

    @cached_property
    def _template(self) -> Template:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        loader = FileSystemLoader(HERE / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        return environment.get_template("review.html")

    @cached_property
    def _assets(self) -> dict[str, Path]:
        found = (HERE / "assets").iterdir()
        return {path.name: path for path in found if path.suffix in _ASSETS}


async def _asked(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent.

    Raises:
        HTTPException: it is something else, or too much.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415)
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_ASKED:
            raise HTTPException(413)
    try:
        asked = json.loads(data)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise HTTPException(400)
    return asked


def _json(
    document: Mapping[str, Any], code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A document in letters of ASCII: what is no Unicode, in a file's name, has an escape there."""
    return Response(json.dumps(document), code, headers, "application/json")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"{text[:20]} is no number.")
    return int(text)


_WHY = {
    400: "That is no JSON object",
    404: "There is nothing here",
    405: "That is not how it is asked",
    413: f"At most {MOST_ASKED // 1024} KiB are taken at once",
    415: "JSON is taken, sent as application/json",
}


async def _refused(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 400
    words = f"{_WHY.get(code, 'That cannot be had')}."
    if request.method == "POST":
        # what may still come of its body is not waited for
        over = {"connection": "close"}
        return _json(error_document(UsageError(words)), code, headers=over)
    return PlainTextResponse(f"{words}\n", code)


async def _own(_: Request, error: Exception) -> Response:
    own = error if isinstance(error, StoryreelError) else OwnFaultError(str(error))
    return _json(error_document(own), 422 if isinstance(own, UsageError) else 409)


async def _of_the_system(request: Request, error: Exception) -> Response:
    known = of_the_system(error if isinstance(error, OSError) else OSError(str(error)))
    return await _own(request, known)
