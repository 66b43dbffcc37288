"""Small pictures of clips and of the author's pictures, made when a page first asks for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from pipeline.media.posters import LONG_SIDE, poster_of_frame, poster_of_picture
from pipeline.reporting.stills import still
from pipeline.store.clip import Clip
from pipeline.store.store import Store

SIDES = (160, LONG_SIDE, 640)
_AUTHOR_S = 320  # pixels along the longer side of an author's picture
_MOST_KEPT = 600  # pictures in memory; some 20 kB each
_AT_ONCE = threading.Semaphore(2)  # a page of 300 shots must not take the whole machine


class Posters:
    """Makes them, and keeps the latest; the usual ones also stay in the store."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._turn = threading.Lock()

    def of_frame(self, store: Path, clip: Clip, index: int, side: int) -> bytes:
        """Frame ``index`` of a clip as a JPEG, at most ``side`` pixels long.

        Raises:
            MediaError: the clip cannot be read or has no such frame.
        """
        return self._once((clip.digest, index, side), lambda: _frame(store, clip, index, side))

    def of_picture(self, path: Path, digest: str) -> bytes:
        """An author's picture, upright.

        Raises:
            MediaError: it cannot be read as a picture.
        """
        return self._once((digest, -1, _AUTHOR_S), lambda: poster_of_picture(path, _AUTHOR_S))

    def _once(self, key: tuple[str, int, int], make: Callable[[], bytes]) -> bytes:
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with _AT_ONCE:
            made = make()
        with self._turn:
            self._kept[key] = made
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made


def _frame(store: Path, clip: Clip, index: int, side: int) -> bytes:
    if side == LONG_SIDE:
        return still(Store(store), clip, index)
    return poster_of_frame(clip.path, index, clip.facts, side)
