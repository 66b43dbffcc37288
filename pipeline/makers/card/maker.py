"""``card`` as a maker: words on a ground, standing still."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError, StoryreelError
from pipeline.files import digest_of_file
from pipeline.makers.interface import Delivery

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from pipeline.makers.animatic.planes import Planes
    from pipeline.makers.interface import Order, Tell
    from pipeline.media.ffmpeg import FFmpeg


@dataclass(frozen=True, slots=True)
class Card:
    """Draws one picture and shows it for as long as it is asked to, in silence.

    Of ``order.options`` it reads ``text``, ``colour``, ``background`` (``#rrggbb``), ``align``
    (``top left``), ``font`` (the digest of ``order.font``); of ``order.references`` the first, a
    picture to draw on.
    """

    ffmpeg: FFmpeg

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:
        """Draw the card and write it to ``order.target``.

        Raises:
            MediaError: the font or the picture cannot be read, or is not the one that was planned.
            StoryreelError: the order is shorter than one frame.
            ToolError: ffmpeg is missing, failed, or was stopped.
        """
        from pipeline.makers.animatic.planes import exact_planes_of
        from pipeline.makers.card.drawing import drawn

        if order.frames < 1:
            raise StoryreelError(
                f"{order.shot} is shorter than one frame.", hint="Give it a longer duration."
            )
        _refuse_another_font(order)
        picture, notes = drawn(order)
        with tempfile.TemporaryDirectory(prefix=".card-", dir=order.target.parent) as folder:
            self._encode(order, exact_planes_of(picture), Path(folder), tell, stop)
        tell(1.0)
        return Delivery(notes)

    def _encode(
        self, order: Order, picture: Planes, folder: Path, tell: Tell, stop: threading.Event
    ) -> None:
        from pipeline.makers.animatic import encoding, sound

        samples = round(order.frames / order.rate * sound.RATE)
        (folder / "sound.raw").write_bytes(bytes(2 * sound.CHANNELS * samples))
        arguments = encoding.arguments(
            order.width, order.height, order.rate, order.frames,
            given=True, track="sound.raw", target="clip.mp4",
        )  # fmt: skip
        feed = _again_and_again(picture, order.frames, tell)
        self.ffmpeg.run(arguments, feed=feed, cwd=folder, stop=stop)
        (folder / "clip.mp4").replace(order.target)


def _again_and_again(picture: Planes, frames: int, tell: Tell) -> Iterator[bytes]:
    raw = picture.raw()
    for frame in range(frames):
        yield from raw
        tell(frame / frames)


def _refuse_another_font(order: Order) -> None:
    if order.font is None:
        return
    try:
        same = digest_of_file(order.font) == order.options["font"]
    except OSError as error:
        raise MediaError(order.font, "it is not there any more") from error
    if not same:
        raise MediaError(
            order.font,
            "it was changed after the board was read",
            hint="Run storyreel render again; it plans with the font as it is now.",
        )
