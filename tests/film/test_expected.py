from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from pipeline.film.expected import FilmLength, length_of
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import CameraWords, Film, FrameOf, Shot, Size, Use
from pipeline.storyboard.transitions import Transition

SHOT = Shot(
    id=ShotId("a"), place=0, line=1, scene=None, beat=None, model="animatic", routes=(),
    mode="text", prompt=("a",), words="a", camera=CameraWords(), look="", references=(),
    first_frame=None, last_frame=None, after=(), wanted=Fraction(2), asked=Fraction(2),
    cut=48, clip_rate=Fraction(24), aspect="3:2", resolution="48p", size=Size(72, 48), seed=1,
    seed_written=False, fit="bars", muted=False,
)  # fmt: skip
FOLLOWS = replace(SHOT, id=ShotId("b"), first_frame=FrameOf(ShotId("a"), "last"))
DISSOLVES = replace(SHOT, id=ShotId("c"), transition=Transition("dissolve", 12))
FILM = Film("Film", Size(72, 48), Fraction(24), (SHOT, FOLLOWS, DISSOLVES))


def clip(frames: int) -> Clip:
    facts = ClipFacts(72, 48, Fraction(24), frames, variable=False, codec="h264", pixels="yuv420p",
                      matrix=None, primaries=None, transfer=None, range=None, rotation=0,
                      parameters="p", sound=None)  # fmt: skip
    return Clip(Digest("0" * 64), Path("clip.mp4"), facts)


def test_a_film_that_is_not_made_yet_is_as_long_as_it_will_be() -> None:
    """The doubled frame and the dissolve are taken off before there is a clip, as after."""
    asked = length_of(FILM, {})
    made = length_of(FILM, {shot.id: clip(48) for shot in FILM.shots})

    assert asked == FilmLength(Fraction(6), Fraction(144 - 1 - 12, 24), exact=False)
    assert made == replace(asked, exact=True)


def test_a_dissolve_out_of_handles_takes_nothing_off() -> None:
    """Frames that a longer clip has to spare are seen in the dissolve instead of the shots'."""
    before = replace(SHOT, asked=Fraction(3), use=Use(after=6))
    after = replace(DISSOLVES, asked=Fraction(3), use=Use(head=Fraction(1, 4), before=6))
    film = replace(FILM, shots=(before, after))
    assert length_of(film, {}).film == Fraction(96, 24)


def test_clips_that_are_there_count_as_they_are() -> None:
    """A clip that came short is told so, whatever the others are."""
    short = length_of(FILM, {SHOT.id: clip(24)})
    assert (short.film, short.exact) == (Fraction(24 + 47 + 36, 24), False)
    assert length_of(replace(FILM, shots=()), {}) == FilmLength(
        Fraction(0), Fraction(0), exact=True
    )
