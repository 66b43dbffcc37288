"""Where sounds lie in the film: exact to the sample, over any length, whatever is re-timed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import reels
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline import clip, film, shot

from pipeline.film.laying import film_samples, in_lanes, lay_events, lay_lanes, sample_at, spans_of
from pipeline.film.sound import lay_sound
from pipeline.film.timeline import lay_timeline
from pipeline.ids import Digest
from pipeline.media.sound_filters import FADE
from pipeline.storyboard.anchors import parse_anchor
from pipeline.storyboard.soundtrack import Cue, Piece, Sound, SoundFile, Spoken

RATES = st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001)])
SECOND = 48_000


def file(seconds: Fraction = Fraction(2), name: str = "a") -> SoundFile:
    return SoundFile(Path(f"{name}.wav"), Digest(name * 64), seconds)


def of_shots(*frames: int, rate: Fraction = Fraction(24)):
    made = [shot(f"s{n}", length) for n, length in enumerate(frames)]
    return lay_timeline(film(*made, rate=rate), {one.id: clip(max(frames), rate) for one in made})


def at(written: str):
    return parse_anchor(written)


def events(timeline, sound: Sound):
    return lay_events(timeline, sound, {})


def test_a_cue_stays_with_its_shot() -> None:
    """When the shot before grows by a second, what is tied to the next moves by a second."""
    sound = Sound(cues=(Cue(at("s1+1s"), file()), Cue(at("1s"), file())))
    before = events(of_shots(24, 48), sound)
    after = events(of_shots(48, 48), sound)
    assert [one.start for one in before] == [2 * SECOND, SECOND]
    assert [one.start for one in after] == [3 * SECOND, SECOND]


def test_what_the_film_has_no_room_for_is_cut_off_softly() -> None:
    """A voice is as long as its file; at the film's end it fades, and behind it there is none."""
    sound = Sound(
        voice_over=(
            Spoken(at("0s"), None, file(), -3.0),
            Spoken(at("s0.end-1s"), None, file()),
            Spoken(at("s0.end"), None, file()),
            Spoken(at("0s"), "Nobody speaks this.", None),
        )
    )
    whole, cut = events(of_shots(72), sound)
    assert (whole.samples, whole.fade_out, whole.level) == (2 * SECOND, 0, -3.0)
    assert (cut.start, cut.samples, cut.fade_out) == (2 * SECOND, SECOND, FADE)


def test_music_from_one_moment_to_another() -> None:
    """From, until, skip, fades and loop; without them it plays once and ends by itself."""
    timeline = of_shots(120, 120)
    theme = file(Fraction(3))
    plain, looped, bounded, short = events(
        timeline,
        Sound(
            music=(
                Piece(theme, at("0s"), None),
                Piece(theme, at("s1"), None, loop=True, fade_out=Fraction(2)),
                Piece(theme, at("s0+1s"), at("s0+2s"), skip=Fraction(1), fade_in=Fraction(9)),
                Piece(file(Fraction(20)), at("0s"), at("s1"), loop=True),
                Piece(theme, at("s1"), at("s0")),
                Piece(theme, at("0s"), None, skip=Fraction(3)),
            )
        ),
    )
    assert (plain.start, plain.samples, plain.loop) == (0, 3 * SECOND, False)
    assert (looped.start, looped.samples, looped.loop) == (5 * SECOND, 5 * SECOND, True)
    assert looped.fade_out == 2 * SECOND
    assert (bounded.start, bounded.samples, bounded.skip) == (SECOND, SECOND, SECOND)
    assert (bounded.fade_in, bounded.fade_out) == (SECOND, FADE)
    assert (short.samples, short.loop) == (5 * SECOND, False)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), RATES)
def test_no_rounding_builds_up(lengths: list[int], rate: Fraction) -> None:
    """However many parts: each begins on the sample nearest to its frame, and so does each cue."""
    timeline = of_shots(*lengths, rate=rate)
    cues = tuple(Cue(at(f"s{n}"), file(Fraction(1, 10))) for n in range(len(lengths)))
    stretches = lay_sound(timeline)
    laid = events(timeline, Sound(cues=cues))
    done = frames = 0
    for stretch, event, length in zip(stretches, laid, lengths, strict=True):
        assert event.start == done == round(frames / rate * SECOND)
        done += stretch.samples
        frames += length
    assert done == film_samples(timeline)


def test_an_hour_is_in_step_to_the_sample() -> None:
    """After 3600 shots of 23.976 frames a second the last begins within half a sample."""
    rate = Fraction(24000, 1001)
    timeline = of_shots(*[24] * 3600, rate=rate)
    exact = 3599 * 24 / rate * SECOND
    begun = sum(stretch.samples for stretch in lay_sound(timeline)[:-1])
    assert abs(begun - exact) <= Fraction(1, 2)
    (cue,) = events(timeline, Sound(cues=(Cue(at("s3599"), file()),)))
    assert cue.start == begun
    assert spans_of(timeline)[timeline.cuts[-1].shot] == (3599 * 24, 3600 * 24)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 240), st.integers(1, 96), st.sampled_from("vcm")), max_size=20
    )
)
def test_lanes_hold_every_event_once_and_never_two_at_a_time(
    placed: list[tuple[int, int, str]],
) -> None:
    """As many lanes as are heard at once at most, each event in one, all within the film."""
    timeline = of_shots(240)
    sound = Sound(
        voice_over=tuple(
            Spoken(at(f"{n}f"), None, file(Fraction(m, 24))) for n, m, kind in placed if kind == "v"
        ),
        cues=tuple(Cue(at(f"{n}f"), file(Fraction(m, 24))) for n, m, kind in placed if kind == "c"),
        music=tuple(
            Piece(file(Fraction(m, 24)), at(f"{n}f"), None) for n, m, kind in placed if kind == "m"
        ),
    )
    laid = events(timeline, sound)
    assert all(0 <= one.start < one.end <= film_samples(timeline) for one in laid)
    lanes = lay_lanes(laid)
    assert sorted(map(repr, laid)) == sorted(repr(one) for lane in lanes for one in lane.events)
    for lane in lanes:
        ends = [one.end for one in lane.events]
        assert all(a <= b.start for a, b in zip(ends, lane.events[1:], strict=False))
    for bus in ("voice", "cues", "music"):
        mine = [one for one in laid if one.bus == bus]
        busiest = max((sum(b.start <= a.start < b.end for b in mine) for a in mine), default=0)
        assert len(in_lanes(mine)) == busiest


def test_a_moment_has_one_sample() -> None:
    """Half-way cases included."""
    assert [sample_at(Fraction(n, 96_000)) for n in range(4)] == [0, 0, 1, 2]
    assert reels.SAMPLES == SECOND
