"""Looks at the clips of chains, or at what was kept of them, and says how far each has drifted."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.film.hygiene import Chain, Drift, chains_of, drift_of
from pipeline.film.looks import Looks, window_of
from pipeline.ids import ShotId

if TYPE_CHECKING:
    from pipeline.media.drift import ClipLook, Look
    from pipeline.store.clip import Clip
    from pipeline.storyboard.shot import Film


def drifts(
    film: Film,
    clips: Mapping[ShotId, Clip],
    segments: Path,
    *,
    measure: bool,
    stop: threading.Event | None = None,
) -> tuple[Drift, ...]:
    """How far the film's chains have drifted; those of which too little is known are left out.

    Args:
        film: all shots.
        clips: of those that have one.
        segments: where looks are kept.
        measure: look at clips that were never looked at; else only what was kept counts.
        stop: when set, no more clips are looked at.
    """
    chains = chains_of(film)
    looking = _Looking(film, clips, Looks(segments), measure, stop or threading.Event())
    looks = looking.clips({name for chain in chains for name in chain.shots})
    found = (drift_of(chain, looks, looking.pictures(chain)) for chain in chains)
    return tuple(drift for drift in found if drift)


class _Looking:
    """Looks, measured or only kept. What cannot be looked at has none: the cut itself will tell."""

    def __init__(
        self,
        film: Film,
        clips: Mapping[ShotId, Clip],
        looks: Looks,
        measure: bool,
        stop: threading.Event,
    ) -> None:
        self._film, self._have, self._looks = film, clips, looks
        self._measure, self._stop = measure, stop

    @property
    def _measures(self) -> bool:
        return self._measure and not self._stop.is_set()

    def clips(self, names: Collection[ShotId]) -> dict[ShotId, ClipLook]:
        """The looks of shots' clips."""
        found: dict[ShotId, ClipLook] = {}
        for shot in self._film.shots:
            if shot.id not in names or shot.id not in self._have:
                continue
            clip = self._have[shot.id]
            window = window_of(clip.facts, shot.use, shot.cut, self._film.rate)
            with contextlib.suppress(MediaError, OSError):
                look = self._looks.kept(clip.digest, window)
                if look is None and self._measures:
                    look = self._looks.of(clip, window)
                if look:
                    found[shot.id] = look
        return found

    def pictures(self, chain: Chain) -> dict[str, Look]:
        """The looks of the pictures a chain is shown, by name; of several of one name the first."""
        found: dict[str, Look] = {}
        for picture in chain.pictures:
            if picture.name is None or picture.name in found:
                continue
            with contextlib.suppress(MediaError, OSError):
                look = self._looks.kept_picture(picture)
                if look is None and self._measures:
                    look = self._looks.of_picture(picture)
                if look:
                    found[picture.name] = look
        return found
