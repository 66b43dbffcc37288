"""Makes the clips, each once, in the background, and spoils them where a rule says so."""

from __future__ import annotations

import shutil
import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.desk import drawing
from pipeline.desk.drawing import Recipe
from pipeline.desk.faults import Rule

if TYPE_CHECKING:
    from pipeline.media.ffmpeg import FFmpeg

TEXT = b"The video is being processed. Please try again later.\n"


class ClipMaker:
    """Clips by recipe; what one desk made, another finds in the same ``folder``."""

    def __init__(self, ffmpeg: FFmpeg, folder: Path | None = None) -> None:
        self._ffmpeg = ffmpeg
        self._own = None if folder else Path(tempfile.mkdtemp(prefix="storyreel-desk-"))
        self._folder = folder or self._own or Path()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="desk-clips")
        self._made: dict[str, Future[Path]] = {}
        self._stop = threading.Event()

    def clip(self, recipe: Recipe, spoil: Rule | None = None) -> Future[Path]:
        """Start making it, or find it made; spoilt files lie beside whole ones."""
        recipe = _spoiled_recipe(recipe, spoil)
        bytes_too = spoil if spoil and spoil.do in ("truncated", "empty", "text") else None
        name = recipe.digest + (f"-{bytes_too.do}-{bytes_too.bytes}" if bytes_too else "")
        if name not in self._made:
            target = self._folder / f"{name}.mp4"
            self._made[name] = self._pool.submit(self._make, recipe, bytes_too, target)
        return self._made[name]

    def _make(self, recipe: Recipe, spoil: Rule | None, target: Path) -> Path:
        if target.exists():
            return target
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            clip = self._encoded(recipe, Path(folder))
            if spoil:
                clip.write_bytes(_spoiled(clip.read_bytes(), spoil))
            return clip.replace(target)

    def _encoded(self, recipe: Recipe, folder: Path) -> Path:
        picture, clip = folder / "ground.png", folder / "clip.mp4"
        data = drawing.ground(recipe)
        picture.write_bytes(data)
        size = drawing.opened(data).size
        asked = drawing.arguments(recipe, size, str(picture), str(clip))
        self._ffmpeg.run(asked, stop=self._stop)
        return clip

    def close(self) -> None:
        """Stop what is being made; remove what is nobody else's."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)


def _spoiled_recipe(recipe: Recipe, spoil: Rule | None) -> Recipe:
    match spoil.do if spoil else None:
        case "wrong-length":
            more = 2 if spoil is None or spoil.seconds is None else int(spoil.seconds)
            return replace(recipe, seconds=max(1, recipe.seconds + more))
        case "wrong-size":
            short = recipe.small or (720 if recipe.resolution == "720p" else 1080)
            return replace(recipe, small=short // 4 * 2)
        case "wrong-rate":
            return replace(recipe, rate=30)
        case "silent":
            return replace(recipe, silent=True)
        case _:
            return recipe


def _spoiled(data: bytes, spoil: Rule) -> bytes:
    if spoil.do == "truncated":
        return data[: len(data) * 6 // 10 if spoil.bytes is None else spoil.bytes]
    return TEXT if spoil.do == "text" else b""
