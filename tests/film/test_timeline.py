from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StoryreelError
from pipeline.film.timeline import lay_timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import CameraWords, Film, FrameOf, Shot, Size
from pipeline.timing import source_frame

FACTS = ClipFacts(72, 48, Fraction(24), 120, variable=False, codec="h264", pixels="yuv420p",
                  matrix=None, primaries=None, transfer=None, range=None, rotation=0,
                  parameters="p", sound=None)  # fmt: skip


def shot(name: str, cut: int = 120, first_frame: FrameOf | None = None) -> Shot:
    return Shot(
        id=ShotId(name), place=0, line=1, scene=None, beat=None, model="animatic", routes=(),
        mode="text", prompt=("a",), words="a", camera=CameraWords(), look="", references=(),
        first_frame=first_frame, last_frame=None, after=(), wanted=Fraction(5), asked=Fraction(5),
        cut=cut, clip_rate=Fraction(24), aspect="3:2", resolution="48p", size=Size(72, 48), seed=1,
        seed_written=False, fit="bars", muted=False,
    )  # fmt: skip


def clip(frames: int = 120, rate: Fraction = Fraction(24)) -> Clip:
    return Clip(Digest("0" * 64), Path("clip.mp4"), replace(FACTS, frames=frames, rate=rate))


def film(*shots: Shot, rate: Fraction = Fraction(24)) -> Film:
    return Film("Film", Size(72, 48), rate, shots)


def shown(film: Film, clips: dict[str, Clip] | None = None) -> list[tuple[int, int]]:
    """What the film shows of each shot: frames dropped at its head, frames shown."""
    known = {each.id: (clips or {}).get(each.id, clip()) for each in film.shots}
    return [(cut.first, cut.frames) for cut in lay_timeline(film, known).cuts]


def last_of(name: str) -> FrameOf:
    return FrameOf(ShotId(name), "last")


def test_shots_lie_in_the_order_of_the_list() -> None:
    """List order is the cut, each shot as long as the board says."""
    laid = lay_timeline(film(shot("b", 48), shot("a", 24)), {"b": clip(), "a": clip()})  # type: ignore[dict-item]
    assert [(cut.shot, cut.frames) for cut in laid.cuts] == [("b", 48), ("a", 24)]
    assert (laid.frames, laid.starts) == (72, (0, 48))


def test_a_head_that_copies_the_frame_before_it_is_dropped() -> None:
    """A shot that starts on the last frame of the shot before it shows one frame less."""
    assert shown(film(shot("a", 96), shot("b", 48, last_of("a")))) == [(0, 96), (1, 47)]


@pytest.mark.parametrize(
    "source",
    [last_of("a"), FrameOf(ShotId("a"), Fraction(0)), FrameOf(ShotId("b"), "first")],
    ids=["of-a-shot-further-up", "a-time-further-up", "the-first-frame-of-the-shot-before"],
)
def test_any_other_head_stays(source: FrameOf) -> None:
    """Only a copy of the very frame on the screen just before is dropped."""
    assert shown(film(shot("a"), shot("b"), shot("c", 48, source)))[-1] == (0, 48)


@pytest.mark.parametrize(
    ("moment", "skip"), [("95/24", 1), ("4", 0), ("95/24 + 1/48", 1), ("94/24", 0), ("99", 0)]
)
def test_a_time_that_lands_on_the_last_frame_shown_is_dropped_too(moment: str, skip: int) -> None:
    """`@t` counts from the clip's start; past what the film shows it is another frame."""
    seconds = sum((Fraction(part.strip()) for part in moment.split("+")), Fraction(0))
    source = FrameOf(ShotId("a"), seconds)
    assert shown(film(shot("a", 96), shot("b", 48, source)))[-1] == (skip, 48 - skip)


def test_a_clip_that_is_too_short_shortens_its_cut_and_is_told() -> None:
    """What is not there is not shown, and the frames missing are counted."""
    laid = lay_timeline(
        film(shot("a", 120), shot("b", 48, last_of("a"))),
        {ShotId("a"): clip(100), ShotId("b"): clip()},
    )
    assert [(cut.first, cut.frames, cut.missing) for cut in laid.cuts] == [(0, 100, 20), (1, 47, 0)]
    assert [cut.shot for cut in laid.shortened] == ["a"]


def test_a_shot_of_one_frame_stays_in_the_film() -> None:
    """A shot does not vanish because its only frame is a copy."""
    assert shown(film(shot("a"), shot("b", 1, last_of("a"))))[-1] == (0, 1)


def test_a_shot_without_a_clip_is_named() -> None:
    """What is missing is an error with the shot's name, not a KeyError."""
    with pytest.raises(StoryreelError, match="sh020 has no clip"):
        lay_timeline(film(shot("sh010"), shot("sh020")), {ShotId("sh010"): clip()})


def test_a_film_without_shots_is_refused() -> None:
    """There is no film of nothing."""
    with pytest.raises(StoryreelError, match="no shots"):
        lay_timeline(film(), {})


RATES = [Fraction(rate) for rate in ("24", "25", "30", "12", "60", "24000/1001", "30000/1001")]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(RATES), st.sampled_from(RATES), st.integers(1, 200), st.integers(1, 300))
def test_every_frame_shown_is_in_the_clip(
    film_rate: Fraction, clip_rate: Fraction, frames: int, cut: int
) -> None:
    """No frame past the clip's end is ever asked for, and none that is there is left out."""
    laid = lay_timeline(
        film(shot("a", cut), rate=film_rate), {ShotId("a"): clip(frames, clip_rate)}
    ).cuts[0]
    assert source_frame(laid.frames - 1, film_rate, clip_rate) < frames
    assert laid.missing == 0 or source_frame(laid.frames, film_rate, clip_rate) >= frames


@settings(max_examples=50, deadline=None)
@given(st.permutations(["a", "b", "c", "d"]))
def test_moving_a_shot_changes_only_its_head(order: list[str]) -> None:
    """Where a shot stands decides whether its head is doubled, and nothing else."""
    shots = {"a": shot("a", 10), "b": shot("b", 20, last_of("a")), "c": shot("c", 30),
             "d": shot("d", 40, last_of("c"))}  # fmt: skip
    laid = shown(film(*(shots[name] for name in order)))
    for place, (name, (skip, frames)) in enumerate(zip(order, laid, strict=True)):
        before = order[place - 1] if place else None
        assert skip == int((before, name) in {("a", "b"), ("c", "d")})
        assert skip + frames == shots[name].cut
