"""A cut film in headless Chromium: every frame is where it belongs, across every joint."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import clips
import pytest
import reels
from test_certain import over

from pipeline.film.assembler import assemble
from pipeline.media.ffmpeg import FFmpeg

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 90  # seconds until a browser that says nothing has failed
PAGE = """\
<!doctype html><video id=film muted></video>
<script>
const film = document.getElementById("film");
const tell = (what) => fetch("/told", {method: "POST", body: JSON.stringify(what)});
const numbers = [], rate = 24, numberSeen = NUMBER_SEEN;
film.onerror = () => tell({error: film.error.message});
const go = (moment) => {  // "seeked" may come before the picture is there
  film.requestVideoFrameCallback(() => {
    numbers.push(numberSeen(film));
    const next = (numbers.length + 0.5) / rate;
    if (next < film.duration) go(next);
    else tell({numbers, seconds: film.duration});
  });
  film.currentTime = moment;
};
film.onloadeddata = () => go(0.5 / rate);
fetch("/film.mp4").then(answer => answer.blob()).then(data => {
  film.src = URL.createObjectURL(data);  // seeking needs all of it
});
</script>
"""


def told_by_a_browser(film: Path, profile: Path) -> dict[str, object]:
    """What the page says of a film; both are served on loopback."""
    told: queue.Queue[bytes] = queue.Queue()
    files = {
        "/": ("text/html", PAGE.replace("NUMBER_SEEN", clips.NUMBER_SEEN).encode()),
        "/film.mp4": ("video/mp4", film.read_bytes()),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, data = files.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            told.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = subprocess.Popen(
            [
                *(CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--remote-debugging-port=0", f"--user-data-dir={profile}"),
                f"http://127.0.0.1:{server.server_port}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return json.loads(told.get(timeout=PATIENCE))
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()


@pytest.mark.needs_chromium
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_a_browser_shows_every_frame_in_its_place(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Seeking to each frame's middle, also across a body, a blend and a copied joint."""
    a, b, c = (
        reels.cut_of(reels.numbered(ffmpeg, tmp_path / f"{n}.mp4", start=100 * n, frames=8))
        for n in range(3)
    )
    timeline = reels.reel(a, over(b, 3), c)
    film = tmp_path / "film.mp4"
    assemble(timeline, film, segments=tmp_path / "kept", ffmpeg=ffmpeg)
    told = told_by_a_browser(film, tmp_path / "profile")
    shown = reels.numbers_in(film)
    assert told["numbers"][:5] == shown[:5] == [0, 1, 2, 3, 4]
    assert told["numbers"][8:] == shown[8:] == [*range(103, 108), *range(200, 208)]
    assert len(told["numbers"]) == timeline.frames == 21
    assert abs(told["seconds"] - 21 / 24) < 1e-3
