"""The page's server: on this machine alone, as long as somebody looks.

What is said between it and the page (``assets/*.js``):

::

    GET  /?token=T          the link: sets a cookie and leads to / (303)
    GET  /                  the page: title, board, draft; the rest is fetched
    GET  /assets/NAME       its style and scripts
    GET  /api/film          the whole state; ETag is its revision, If-None-Match is answered 304
    GET  /api/events        server-sent events, see below
    GET  /api/board         {"schema", "path", "text"}: the author's YAML
    GET  /clips/DIGEST      a clip of a take of this board; Range
    GET  /proxies/DIGEST.mp4   a copy of one that browsers cannot play; Range
    GET  /posters/DIGEST[-N].jpg   frame N of a clip; ?frame=N, ?side=160|320|640
    GET  /pictures/DIGEST.jpg  a picture of the author's, small
    GET  /film?v=VERSION    the film as it was last cut; 404 once it is another; Range
    POST /api/pick          {"shot", "take", "hold"?}     -> {"schema", "said": [..], "revision"}
                            {"shot", "clear": true}: its pick is taken away
    POST /api/reject        {"shot", "take", "undo"?}; undo: it is rejected no more
    POST /api/note          {"shot", "take", "frame", "text"}; the frame is of the clip

Every request needs the cookie, ``?token=`` or ``X-Storyreel-Token``; ``Host`` must be ours (421),
``Origin`` too where it is sent (403). A POST needs an ``Origin``, ``Sec-Fetch-Site: same-origin``
or the header; it is JSON (415) of at most 64 KiB (413). What a request may not have is answered
4xx with {"schema", "error": {"code", "message", "details"?, "hint"?, "retry_with"?}}.

The state (``state.py``): schema, revision, board, path, title, draft, rate [n, d], width, height,
frames, film (address or null), film_is_current, running (null, or since, done, of), faults (code,
message, hint, shot, line, column), good; while it is not good all else is of the last good board.
shots: id, line, scene, beat, standing, now, words, prompts, model, mode, seed, price, seconds,
span (start, frames, overlap), transition (its kind or null), muted, pictures (use, what, label,
image: an address or null), notes (none: they are of takes), progress (null, or state
waiting|making|failed, done, why), takes. A take: number, clip, state good|missing|damaged, serves,
picked, held, rejected, current, model, route, seed, variation, price, width, height, frames, rate,
cut (in, out: frames of the clip, out exclusive; speed [n, d]; hold: film frames that its last one
stands), plays (address or null), poster (address; takes ``?side=``), notes (frame, timecode, text).

Events: ``film`` {"revision"}: the state is another one, four times a second at most, first of all
on every connection; ``happened``: a line of the running render's log (``sidecars/happened.py``).
How far a shot is moves no revision: ``progressed`` tells it. A comment comes every 15 seconds.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoryreelError, UsageError
from pipeline.review.guard import Door, Guard
from pipeline.review.hub import Hub
from pipeline.review.routes import Routes
from pipeline.review.showing import Showing
from pipeline.storyboard.resolver import Draft

if TYPE_CHECKING:
    import uvicorn

_LOOK = 0.3  # seconds between two looks at the files
_LEAVING = 3  # seconds that open downloads get at the end


def serve(
    path: Path,
    *,
    draft: Draft | None = None,
    port: int = 0,
    ready: Callable[[str], None],
    stop: threading.Event,
    flags: Mapping[str, str | None] | None = None,
) -> None:
    """Serve a board's page until ``stop`` is set; from any thread.

    Args:
        path: the board; it may have faults.
        draft: show its draft.
        port: on 127.0.0.1; 0 for any that is free.
        ready: called with the link to open once it is answered.
        stop: ends it within seconds.
        flags: settings from a command line, by name.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    with _listening(port) as listener:
        door = Door(listener.getsockname()[1], secrets.token_urlsafe(32))
        showing = Showing(path, draft=draft, flags=flags)
        showing.look_first()
        hub = Hub(showing.snapshot.revision)
        showing.publish = hub.publish
        server = _server(Guard(Routes(showing, hub, stop).application(), door))
        thread = _Serving(server, hub, listener)
        thread.start()
        try:
            thread.wait_until_it_answers()
            ready(door.link)
            while thread.is_alive() and not stop.wait(_LOOK):
                showing.look()
        finally:
            hub.close()
            server.should_exit = True
            thread.join()
        thread.refuse_if_it_failed()


def _listening(port: int) -> socket.socket:
    """A socket that hears this machine alone.

    Raises:
        UsageError: the port cannot be had.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would let another listen as well
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"cannot be used: {error}"
        raise UsageError(
            f"Port {port} {why}.", hint="Leave --port out, and one that is free is found."
        ) from error
    return listener


def _server(app: Guard) -> uvicorn.Server:
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",  # what goes wrong is answered to the page
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_LEAVING,
        )
    )


class _Serving(threading.Thread):
    """The event loop, in a thread of its own: signals stay with whoever called."""

    def __init__(self, server: uvicorn.Server, hub: Hub, listener: socket.socket) -> None:
        super().__init__(name="review", daemon=True)
        self._server, self._hub, self._listener = server, hub, listener
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told by who waits for this thread
            self.failed = error

    async def _serve(self) -> None:
        self._hub.open()
        await self._server.serve(sockets=[self._listener])

    def wait_until_it_answers(self) -> None:
        """Wait for the first request to be answered, were there one.

        Raises:
            StoryreelError: the server ended before.
        """
        while not self._server.started and self.is_alive():
            self.join(0.02)
        self.refuse_if_it_failed()

    def refuse_if_it_failed(self) -> None:
        """Tell that the server ended by itself, if it did.

        Raises:
            StoryreelError: why.
        """
        if self.failed:
            why = f"{type(self.failed).__name__}: {self.failed}"
            raise StoryreelError("The page's server ended by itself.", details=why)
