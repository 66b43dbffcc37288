"""Plays a film in headless Chromium from start to end and says what it saw."""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_PAGE = b"""<!doctype html><video id=film muted></video><script>
const film = document.getElementById("film"), told = {frames: 0, error: null};
const tell = () => fetch("/told", {method: "POST", body: JSON.stringify({...told,
  duration: film.duration, time: film.currentTime, ended: film.ended,
  width: film.videoWidth, height: film.videoHeight,
  tracks: film.textTracks ? film.textTracks.length : 0})});
const seen = () => { told.frames += 1; film.requestVideoFrameCallback(seen); };
film.requestVideoFrameCallback(seen);
film.addEventListener("ended", tell);
film.addEventListener("error", () => { told.error = film.error.message; tell(); });
film.src = "/film.mp4";
film.play().catch(error => { told.error = String(error); tell(); });
</script>"""


def play(film: Path, folder: Path, patience: float = 60) -> dict[str, Any]:
    """What Chromium tells of a film once it has ended: ``duration``, ``ended``, ``error``, size.

    Args:
        film: an mp4.
        folder: for the browser's own files.
        patience: seconds to wait for the end.
    """
    told: queue.Queue[dict[str, Any]] = queue.Queue()
    with _server(film.read_bytes(), told) as address, _browser(address, folder):
        return told.get(timeout=patience)


@contextlib.contextmanager
def _server(film: bytes, told: queue.Queue[dict[str, Any]]) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_film = self.path == "/film.mp4"
            body = film if is_film else _PAGE
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4" if is_film else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def _browser(address: str, folder: Path) -> Any:
    process = subprocess.Popen(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--autoplay-policy=no-user-gesture-required",
            f"--user-data-dir={folder}", address,
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
