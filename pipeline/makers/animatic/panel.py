"""The frames of a clip, one after another: window, bands, and the frames that were given."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.makers.animatic.planes import Planes, blank, mixed

if TYPE_CHECKING:
    from collections.abc import Generator

    from pipeline.makers.animatic.burnin import BurnIn
    from pipeline.makers.animatic.layout import Layout
    from pipeline.makers.animatic.stage import Stage

_HANDS = 2  # threads that draw; Pillow lets go of the interpreter while it resamples
_AHEAD = 4  # frames
_FADE = 6  # frames in which the bands come over a given first frame, or leave a given last one


@dataclass(frozen=True, slots=True)
class Panel:
    """One clip, ready to be drawn.

    ``first`` and ``last`` are the given frames, whole; ``stage`` is what moves, and ``towards``
    what it dissolves into when the clip ends elsewhere than it began.
    """

    layout: Layout
    burn_in: BurnIn
    frames: int
    stage: Stage
    towards: Stage | None = None
    first: Planes | None = None
    last: Planes | None = None

    def pictures(self) -> Generator[Planes]:
        """Every frame in order, a few drawn ahead: a long clip must not fill the memory."""
        with ThreadPoolExecutor(_HANDS, "animatic") as hands:
            ahead: deque[Future[Planes]] = deque()
            try:
                for frame in range(self.frames):
                    ahead.append(hands.submit(self._picture, frame))
                    if len(ahead) > _AHEAD:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                hands.shutdown(wait=True, cancel_futures=True)

    def _picture(self, frame: int) -> Planes:
        fade = max(1, min(_FADE, (self.frames - 1) // 2))
        left = self.frames - 1 - frame
        if self.first and frame < fade:
            return self._mixed(self.first, frame, frame / fade)
        if self.last and left < fade:
            return self._mixed(self.last, frame, left / fade)
        return self._drawn(frame)

    def _mixed(self, given: Planes, frame: int, share: float) -> Planes:
        return mixed(given, self._drawn(frame), share) if share else given

    def _drawn(self, frame: int) -> Planes:
        picture = blank(self.layout.width, self.layout.height)
        picture.paste(self._window(frame), 0, self.layout.top)
        self.burn_in.paint(picture, frame)
        return picture

    def _window(self, frame: int) -> Planes:
        if self.towards is None:
            return self.stage.draw(frame)
        share = self._dissolved(frame)
        if share in (0.0, 1.0):
            return (self.towards if share else self.stage).draw(frame)
        return mixed(self.stage.draw(frame), self.towards.draw(frame), share)

    def _dissolved(self, frame: int) -> float:
        """How far the first scene has given way to the second: in the middle third."""
        share = min(1.0, max(0.0, 3 * frame / max(1, self.frames - 1) - 1))
        return share * share * (3 - 2 * share)
