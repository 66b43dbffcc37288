"""One shot becoming the next: frames exactly where they belong, sound in step, cost as changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import clips
import pytest
import reels
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline import clip, film, shot

from pipeline.film.assembler import assemble
from pipeline.film.picture import encode_part, shown_of
from pipeline.film.segments import Segments
from pipeline.film.timeline import Blend, Body, Timeline, blend, lay_timeline
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.filters import Frame
from pipeline.media.xfade import XFADE
from pipeline.storyboard.shot import Use
from pipeline.storyboard.transitions import Transition

RATE = Fraction(24)
OFTEN = ("dissolve", "fade_black", "wipe_left", "slide_up", "circle_open")
KINDS_TRIED = [
    kind if kind in OFTEN else pytest.param(kind, marks=pytest.mark.long) for kind in sorted(XFADE)
]
THROUGH_BLACK = ("fade_black", "circle_crop", "rect_crop")  # bright only at the very end


def over(cut, kind="dissolve", frames=4):
    return replace(cut, transition=Transition(kind, frames))


def three(ffmpeg: FFmpeg, folder: Path, **how):
    """Three clips, numbered on from one another."""
    return [
        reels.numbered(ffmpeg, folder / f"{name}.mp4", start=100 * n, frames=24, **how)
        for n, name in enumerate("abc")
    ]


def assembled(ffmpeg: FFmpeg, folder: Path, timeline: Timeline):
    target = folder / "film.mp4"
    done = assemble(timeline, target, segments=folder / "segments", ffmpeg=ffmpeg)
    return done, target


def test_a_film_is_shorter_by_its_transitions(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Outside of a blend every frame is the one the law names; each blend has its length."""
    a, b, c = (reels.cut_of(clip) for clip in three(ffmpeg, tmp_path))
    timeline = reels.reel(a, over(b, frames=6), over(c, frames=4))
    assert timeline.frames == 72 - 10
    assert timeline.starts == (0, 18, 38)
    done, film = assembled(ffmpeg, tmp_path, timeline)
    shown = reels.numbers_in(film)
    assert len(shown) == 62
    assert shown[:18] == list(range(18))
    assert shown[24:38] == list(range(106, 120))
    assert shown[42:] == list(range(204, 224))
    assert (done.encoded, done.blended) == (("a", "b", "c"), ("b", "c"))


def test_a_change_costs_its_shot_and_both_its_blends(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """One clip of four anew: one body and two blends are encoded, the rest is kept."""
    made = [*three(ffmpeg, tmp_path), reels.numbered(ffmpeg, tmp_path / "d.mp4", start=50)]
    a, b, c, d = (reels.cut_of(clip) for clip in made)
    assembled(ffmpeg, tmp_path, reels.reel(a, over(b), over(c), over(d)))
    other = reels.cut_of(reels.numbered(ffmpeg, tmp_path / "other.mp4", start=7))
    done, _ = assembled(ffmpeg, tmp_path, reels.reel(a, over(other), over(c), over(d)))
    assert done.encoded == ("other",)
    assert done.blended == ("other", "c")
    assert done.kept == ("a", "c", "d")
    again, _ = assembled(ffmpeg, tmp_path, reels.reel(a, over(other), over(c), over(d)))
    assert (again.encoded, again.blended, again.sound) == ((), (), again.sound)


@pytest.mark.parametrize("kind", KINDS_TRIED)
def test_every_kind_goes_from_one_to_the_other(ffmpeg: FFmpeg, tmp_path: Path, kind: str) -> None:
    """It has its length, begins like the shot that goes and ends near the one that comes."""
    black = reels.as_clip(clips.plain(ffmpeg, tmp_path / "black.mp4", (16, 16, 16), frames=12))
    white = reels.as_clip(clips.plain(ffmpeg, tmp_path / "white.mp4", (235, 235, 235), frames=12))
    timeline = reels.reel(reels.cut_of(black), over(reels.cut_of(white), kind, 8))
    blend = next(part for part in timeline.parts if isinstance(part, Blend))
    made = encode_part(
        blend, Frame(72, 48, RATE), ffmpeg, Segments(tmp_path / "segments"),
        stop=threading.Event(), on_frame=lambda _: None,
    )  # fmt: skip
    levels = reels.levels_in(made.path)
    assert len(levels) == 8
    assert levels[0] < 60
    assert levels[-1] > levels[0] + (40 if kind in THROUGH_BLACK else 60)
    assert (min(levels) < 8) == (kind in THROUGH_BLACK)  # darker than either shot


def test_a_blend_of_clips_of_other_making(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Another size, another rate, no sound: the blend has its frames, the film is one stream."""
    a = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0)
    b = reels.numbered(ffmpeg, tmp_path / "b.mp4", frames=30, rate="30", size=(96, 48), start=100)
    timeline = reels.reel(reels.cut_of(a), over(reels.cut_of(b), frames=5))
    _, film = assembled(ffmpeg, tmp_path, timeline)
    assert len(reels.numbers_in(film)) == timeline.frames == 24 + 24 - 5


def test_handles_are_used_first(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Half of a transition from each: with enough of them no shot is shortened."""
    a, b, _ = three(ffmpeg, tmp_path)
    use = Use(head=Fraction(4, 24), before=4, after=4)
    spare = [replace(reels.cut_of(clip, frames=16), use=use, length=16) for clip in (a, b)]
    blend(spare, 1, Transition("dissolve", 6), RATE)
    timeline = reels.reel(*spare)
    assert timeline.frames == 32
    _, film = assembled(ffmpeg, tmp_path, timeline)
    shown = reels.numbers_in(film)
    assert shown[:13] == list(range(4, 17))
    assert shown[19:] == list(range(107, 120))


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use(speed=Fraction(2)), [0, 2, 4, 6, 8, 10]),
        (Use(speed=Fraction(1, 2)), [0, 0, 1, 1, 2, 2]),
        (Use(head=Fraction(5, 24)), [5, 6, 7, 8, 9, 10]),
        (Use(hold=3), [0, 1, 2, 2, 2, 2]),
        (Use(head=Fraction(3, 24), speed=Fraction(3), hold=2), [3, 6, 9, 12, 12, 12]),
        (Use(head=Fraction(1, 48)), [0, 1, 2, 3, 4, 5]),
    ],
    ids=["fast", "slow", "trimmed", "held", "all of it", "half a frame"],
)
def test_trimmed_sped_and_held_frames_are_the_laws(
    ffmpeg: FFmpeg, tmp_path: Path, use: Use, expected: list[int]
) -> None:
    """What ffmpeg shows is what `Use.seconds_at` names, so `.last` is what the film ends on."""
    clip = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24)
    cut = replace(reels.cut_of(clip, frames=6), use=use, length=6)
    assert [int(use.seconds_at(frame, 6, RATE) * 24) for frame in range(6)] == expected
    _, film = assembled(ffmpeg, tmp_path, reels.reel(cut))
    assert reels.numbers_in(film) == expected


def test_a_sped_shots_sound_ends_with_it(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """At double speed the beep of frame 12 comes at frame 6."""
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=12)
    cut = replace(reels.cut_of(clip, frames=12), use=Use(speed=Fraction(2)), length=12)
    _, film = assembled(ffmpeg, tmp_path, reels.reel(cut))
    assert reels.flashes_in(film) == [6]
    (beep,) = reels.beeps_in(ffmpeg, film)
    assert abs(beep - 6 / 24) < 1 / 24


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20)), min_size=1, max_size=6),
    st.sampled_from([Fraction(24), Fraction(30000, 1001)]),
)
def test_parts_cover_the_film_once(shots: list[tuple[int, int]], rate: Fraction) -> None:
    """Bodies and blends follow one another without hole or overlap, each body within its shot."""
    made = [
        replace(shot(f"s{n}", length), transition=Transition("dissolve", over) if over else None)
        for n, (length, over) in enumerate(shots)
    ]
    laid = lay_timeline(film(*made, rate=rate), {one.id: clip(40, rate) for one in made})
    assert sum(part.frames for part in laid.parts) == laid.frames
    seen: dict[str, list[int]] = {}
    for part in laid.parts:
        bodies = (part,) if isinstance(part, Body) else (part.before, part.after)
        for body in bodies:
            seen.setdefault(body.cut.shot, []).extend(range(body.first, body.first + body.frames))
            assert shown_of(body, rate).frames == body.frames
    for cut in laid.cuts:
        assert sorted(seen[cut.shot]) == list(range(cut.first, cut.first + cut.frames))
