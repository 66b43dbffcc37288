"""Music, voices and cues for an editor: each file in its place, nothing piles up."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import test_otio
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.film.laying import Event, Lane, in_lanes
from pipeline.ids import Digest
from pipeline.sidecars.otio import otio_text
from pipeline.sidecars.otio_sound import SoundMedia, sound_tracks, untold_sound
from pipeline.storyboard.soundtrack import SoundFile

DIGEST = Digest("d" * 64)
NAMED = {DIGEST: SoundMedia("theme.wav", "media/theme.wav")}
SECOND = 48_000


def event(start: int, samples: int, seconds: int = 60, **more) -> Event:
    return Event("music", SoundFile(Path("theme.wav"), DIGEST, Fraction(seconds)), start, samples,
                 **more)  # fmt: skip


def tracks_of(*lanes: Lane, rate: Fraction = Fraction(24), frames: int = 600):
    """What opentimelineio makes of them, beside a film of one shot."""
    timeline = test_otio.laid(test_otio.shot("a"), rate=rate)
    tracks = sound_tracks(lanes, NAMED, (frames, rate), "storyreel")
    text = otio_text(timeline, test_otio.media_of(timeline), sounds=tracks)
    return otio.adapters.read_from_string(text, "otio_json").audio_tracks()[1:]


def test_each_lane_is_a_track_by_its_name() -> None:
    """Two of a kind are numbered; a file begins where the film has it, at its own place."""
    late = event(2 * SECOND, SECOND, skip=SECOND // 2)
    lanes = [Lane("voice", "never", (late,)), *(Lane("music", "voice", (late,)) for _ in "ab")]
    tracks = tracks_of(*lanes)
    assert [track.name for track in tracks] == ["Voice 1", "Music 1", "Music 2"]
    gap, taken = tracks[0]
    assert isinstance(gap, otio.schema.Gap)
    assert gap.duration().value == 48
    assert (taken.source_range.start_time.value, taken.source_range.duration.value) == (12, 24)
    assert taken.media_reference.available_range.duration.to_seconds() == 60
    assert taken.media_reference.target_url == "media/theme.wav"


def test_a_loop_is_unrolled() -> None:
    """The file again from where it was skipped to, each turn rounded from the loop's beginning."""
    loop = event(0, 10 * SECOND, seconds=5, skip=SECOND, loop=True)
    [track] = tracks_of(Lane("music", "never", (loop,)))
    assert [item.source_range.duration.value for item in track] == [96, 96, 48]
    assert {item.source_range.start_time.value for item in track} == {24}


def test_a_click_is_heard() -> None:
    """A sound of less than half a frame takes one."""
    [track] = tracks_of(Lane("cues", "never", (event(SECOND, 100),)))
    assert [item.source_range.duration.value for item in track] == [24, 1]


def test_no_track_is_longer_than_the_film() -> None:
    """The last turn of a loop ends with it, also where next to nothing is left of it."""
    rate = Fraction(30000, 1001)
    film = round(Fraction(180) / rate * SECOND)
    loop = event(0, film, seconds=3, loop=True)
    late = event(film - 5, 5)
    [track] = tracks_of(Lane("music", "never", (loop,)), rate=rate, frames=180)
    assert [item.source_range.duration.value for item in track] == [90, 90]
    [track] = tracks_of(Lane("cues", "never", (late,)), rate=rate, frames=180)
    assert track.duration().value <= 180


def test_what_cannot_be_said_is_told() -> None:
    """Levels, long fades and what makes way; not what keeps an edge from clicking."""
    loud = event(0, SECOND, level=-8.0, fade_in=240, fade_out=2 * SECOND, duck="voice")
    lanes = [Lane("music", "voice", (loud, loud))]
    assert untold_sound(lanes, NAMED) == {
        "theme.wav": ["level -8 dB", "makes way for the voice", "fades out over 2s"]
    }
    [track] = tracks_of(lanes[0])
    assert track[0].metadata["storyreel"]["level_db"] == -8
    assert track[0].metadata["storyreel"]["duck"] == "voice"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9 * SECOND), st.integers(SECOND // 20, SECOND)), max_size=8),
    st.sampled_from([Fraction(24), Fraction(30000, 1001)]),
)
def test_every_sound_lies_within_a_frame_of_its_moment(spans, rate: Fraction) -> None:
    """However many come before it, as whole frames; and none of a frame or longer is lost."""
    lanes = [Lane("cues", "never", lane) for lane in in_lanes(event(*span) for span in spans)]
    told = [
        (track.range_of_child(item).start_time.value, item.source_range.duration.value)
        for track in tracks_of(*lanes, rate=rate)
        for item in track.find_clips()
    ]
    wanted = [each for lane in lanes for each in lane.events]
    assert len(told) == len(spans)
    for (begin, frames), each in zip(told, wanted, strict=True):
        assert begin == int(begin)
        assert frames >= 1
        assert abs(begin - each.start * rate / SECOND) < 2
        if each.samples > SECOND // 4:
            assert abs(begin + frames - each.end * rate / SECOND) < 2
