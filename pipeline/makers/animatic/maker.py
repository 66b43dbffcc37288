"""``animatic`` as a maker: an order becomes a clip."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StoryreelError
from pipeline.makers.interface import Delivery

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator

    from pipeline.makers.animatic.panel import Panel
    from pipeline.makers.interface import Order, Tell
    from pipeline.media.ffmpeg import FFmpeg

VERSION = "1"
"""Of the drawing; another one makes other clips from the same order."""


@dataclass(frozen=True, slots=True)
class Animatic:
    """Draws a shot's panel as a moving picture with a scratch sound.

    Of ``order.options`` it reads ``words`` (the prompt as the author wrote it), ``beat``,
    ``scene``, ``size``, ``move``, ``lens``, ``look``, ``names`` (a JSON list: what each
    reference is called) and ``kinds`` (a word each: a location stands behind everybody); each may
    be absent.
    """

    ffmpeg: FFmpeg

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:
        """Draw the clip and write it to ``order.target``.

        Raises:
            MediaError: a given picture cannot be read.
            StoryreelError: the order is shorter than one frame.
            ToolError: ffmpeg is missing, failed, or was stopped.
        """
        from pipeline.makers.animatic.rehearsal import rehearsed

        if order.frames < 1:
            raise StoryreelError(
                f"{order.shot} is shorter than one frame.", hint="Give it a longer duration."
            )
        panel, notes = rehearsed(order)
        with tempfile.TemporaryDirectory(prefix=".animatic-", dir=order.target.parent) as folder:
            self._encode(order, panel, Path(folder), tell, stop)
        tell(1.0)
        return Delivery(notes)

    def _encode(
        self, order: Order, panel: Panel, folder: Path, tell: Tell, stop: threading.Event
    ) -> None:
        from pipeline.makers.animatic import encoding, sound

        samples = round(order.frames / order.rate * sound.RATE)
        (folder / "sound.raw").write_bytes(sound.scratch(order.seed, samples))
        with contextlib.closing(_told(panel, tell)) as told:
            self.ffmpeg.run(
            encoding.arguments(
                order.width, order.height, order.rate, order.frames,
                given=panel.first is not None, track="sound.raw", target="clip.mp4",
            ),
            feed=told,
            cwd=folder,
            stop=stop,
        )  # fmt: skip
        (folder / "clip.mp4").replace(order.target)


def _told(panel: Panel, tell: Tell) -> Generator[bytes]:
    """The frames' bytes; closed early, it stops drawing."""
    with contextlib.closing(panel.pictures()) as pictures:
        for frame, picture in enumerate(pictures):
            yield from picture.raw()
            tell(frame / panel.frames)
