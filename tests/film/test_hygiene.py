from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import casts
import reels
import stories

from pipeline.film.drifting import drifts
from pipeline.film.hygiene import Chain, Drift, Link, chains_of, drift_of
from pipeline.film.looks import Looks
from pipeline.ids import ShotId
from pipeline.media.drift import ClipLook, Look

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.storyboard.shot import Film

HEAD = stories.HEAD.replace("animatic, duration: 0.5s", "happyhorse-1.1, duration: 3s").replace(
    "64p", "720p"
)
CHAINED = (
    "a", "b first_frame: a.last", "c first_frame: b@1s", "d first_frame: b.first", "e",
    "f first_frame: e.last, model: animatic",
)  # fmt: skip


def film(folder: Path, *shots: str) -> Film:
    return stories.film_of(stories.text(*shots, head=HEAD), folder)


def look(light: float, sharpness: float = 10.0, end: float | None = None) -> ClipLook:
    whole, last = (
        Look((at, 0.0, 0.0), (0.2, 0.0, 0.0), sharpness)
        for at in (light, light if end is None else end)
    )
    return ClipLook(whole, last, ())


def test_chains_are_walked_from_head_to_end(tmp_path: Path) -> None:
    """Each moment of a shot makes a link; where two start on one there are two; no animatic."""
    found = [chain.shots for chain in chains_of(film(tmp_path, *CHAINED))]
    assert found == [("a", "b", "c"), ("a", "b", "d")]


def test_a_link_is_held_against_the_head() -> None:
    """Not against the one before: small steps add up. The end of a clip counts as all of it."""
    chain = Chain((ShotId("a"), ShotId("b"), ShotId("c")))
    lights = {"a": look(0.5), "b": look(0.53, 9.0), "c": look(0.55, 6.0, end=0.56)}
    drift = drift_of(chain, {ShotId(name): seen for name, seen in lights.items()}, {})
    assert drift
    assert [(link.colour, link.sharpness) for link in drift.links] == [(3.0, -0.1), (6.0, -0.4)]
    assert drift.worst.shot == "c"
    assert drift.first_drifted == drift.links[1]


def test_what_was_not_measured_is_left_out() -> None:
    """Without its head nothing can be said of a chain, without a link only of the others."""
    chain = Chain((ShotId("a"), ShotId("b"), ShotId("c")))
    some = drift_of(chain, {ShotId("a"): look(0.5), ShotId("c"): look(0.5)}, {})
    assert some
    assert [link.shot for link in some.links] == ["c"]
    assert drift_of(chain, {ShotId("b"): look(0.5), ShotId("c"): look(0.5)}, {}) is None


def test_a_matched_shot_is_not_warned_of_for_its_colours() -> None:
    """Something is done about them; nothing is about its sharpness."""
    plain, matched = Link(ShotId("b"), 9.0, 0.0), Link(ShotId("b"), 9.0, 0.0, matched=True)
    assert (plain.drifted, matched.drifted) == (True, False)
    assert Link(ShotId("b"), 9.0, -0.5, matched=True).drifted
    assert Drift(Chain((ShotId("a"), ShotId("b"))), (matched,)).first_drifted is None


def test_a_clip_is_measured_once(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """What was kept is told without the clip; what was never measured only when that is asked."""
    made = film(tmp_path, "a", "b first_frame: a.last")
    clips = {
        ShotId("a"): reels.as_clip(casts.clip(ffmpeg, tmp_path / "a.mp4")),
        ShotId("b"): reels.as_clip(casts.clip(ffmpeg, tmp_path / "b.mp4", casts.WARM)),
    }
    kept = tmp_path / "segments"
    assert drifts(made, clips, kept, measure=False) == ()
    stopped = threading.Event()
    stopped.set()
    assert drifts(made, clips, kept, measure=True, stop=stopped) == ()
    assert not kept.exists()
    (first,) = drifts(made, clips, kept, measure=True)
    for clip in clips.values():
        clip.path.unlink()
    assert drifts(made, clips, kept, measure=False) == (first,)
    assert first.worst.colour > 2.5


def test_a_torn_look_is_measured_anew(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """What a crash left half is never read; the same numbers come again."""
    clip = reels.as_clip(casts.clip(ffmpeg, tmp_path / "a.mp4"))
    looks = Looks(tmp_path / "segments")
    first = looks.of(clip, (0, 11))
    (path,) = (tmp_path / "segments").glob("*.look.json")
    path.write_text(path.read_text()[:40])
    assert looks.kept(clip.digest, (0, 11)) is None
    assert looks.of(clip, (0, 11)) == first


def test_a_clip_that_cannot_be_read_has_no_drift(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """The cut itself names it; telling of drift stands in nobody's way."""
    made = film(tmp_path, "a", "b first_frame: a.last")
    clip = reels.as_clip(casts.clip(ffmpeg, tmp_path / "a.mp4"))
    clips = {ShotId("a"): clip, ShotId("b"): clip}
    clip.path.write_text("no clip")
    assert drifts(made, clips, tmp_path / "segments", measure=True) == ()
