"""The film in OpenTimelineIO's words: read by the real library, it is the film's cut."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.film.timeline import Body, Cut, Timeline, blend, lay_timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.facts import ClipFacts, SoundFacts
from pipeline.sidecars.otio import Media, otio_text
from pipeline.sidecars.otio_edit import plays_on, spare_frames
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import CameraWords, Film, FrameOf, Shot, Size, Use
from pipeline.storyboard.transitions import Transition
from pipeline.timing import frame_on_screen

RATE = Fraction(24)
NTSC = Fraction(30000, 1001)
SOUND = SoundFacts("aac", 48000, 2, 240_000, "s")
FACTS = ClipFacts(72, 48, RATE, 120, variable=False, codec="h264", pixels="yuv420p", matrix=None,
                  primaries=None, transfer=None, range=None, rotation=0, parameters="p",
                  sound=SOUND)  # fmt: skip


def clip(frames: int = 120, rate: Fraction = RATE, sound: SoundFacts | None = SOUND) -> Clip:
    return Clip(
        Digest("a" * 64), Path("c.mp4"), replace(FACTS, frames=frames, rate=rate, sound=sound)
    )


def shot(name: str, cut: int = 120, **more) -> Shot:
    told = Shot(
        id=ShotId(name), place=0, line=1, scene=None, beat=None, model="animatic", routes=(),
        mode="text", prompt=("a",), words="a", camera=CameraWords(), look="", references=(),
        first_frame=None, last_frame=None, after=(), wanted=Fraction(5), asked=Fraction(5),
        cut=cut, clip_rate=RATE, aspect="3:2", resolution="48p", size=Size(72, 48), seed=1,
        seed_written=False, fit="bars", muted=False,
    )  # fmt: skip
    return replace(told, **more)


def laid(*shots: Shot, rate: Fraction = RATE, clips=None, title: str = "Film") -> Timeline:
    known = {each.id: (clips or {}).get(each.id, clip(rate=rate)) for each in shots}
    return lay_timeline(Film(title, Size(72, 48), rate, shots), known)


def media_of(timeline: Timeline, **more) -> dict[ShotId, Media]:
    return {
        cut.shot: Media(f"{cut.shot}_t1.mp4", f"media/{cut.shot}_t1.mp4", **more)
        for cut in timeline.cuts
    }


def read(timeline: Timeline, media=None, flavour="resolve"):
    """What opentimelineio makes of it."""
    text = otio_text(timeline, media or media_of(timeline), flavour)
    return otio.adapters.read_from_string(text, "otio_json")


def dissolved(count: int, kind: str = "dissolve", frames: int = 12) -> list[Shot]:
    into = Transition(kind, frames)
    return [shot(f"sh{n:03}", transition=into if n else None) for n in range(count)]


def seen(document) -> dict[int, list[tuple[str, float]]]:
    """By frame, what an editor shows of which clip: media seconds, the one that goes first."""
    found: dict[int, list[tuple[str, float]]] = {}
    [track] = document.video_tracks()
    at = 0
    for place, item in enumerate(track):
        if isinstance(item, otio.schema.Transition):
            continue
        before = track[place - 1] if place else None
        behind = track[place + 1] if place + 1 < len(track) else None
        head = before.in_offset.value if isinstance(before, otio.schema.Transition) else 0
        tail = behind.out_offset.value if isinstance(behind, otio.schema.Transition) else 0
        frames = round(item.source_range.duration.value)
        scalar = item.effects[0].time_scalar if item.effects else 1
        start = item.source_range.start_time
        for frame in range(at - round(head), at + frames + round(tail)):
            moment = start.value / start.rate + (frame - at) * scalar / start.rate
            found.setdefault(frame, []).append((item.name.removesuffix("_t1.mp4"), moment))
        at += frames
    return found


def law(timeline: Timeline) -> dict[int, list[tuple[str, Fraction]]]:
    """By frame, what the film shows."""
    found: dict[int, list[tuple[str, Fraction]]] = {}
    at = 0
    for part in timeline.parts:
        bodies = (part,) if isinstance(part, Body) else (part.before, part.after)
        for frame in range(part.frames):
            found[at + frame] = [
                (b.cut.shot, b.cut.use.seconds_at(b.first + frame, b.cut.length, timeline.rate))
                for b in bodies
            ]
        at += part.frames
    return found


def pictures(shown, timeline: Timeline) -> dict[int, list[tuple[str, int]]]:
    """The same as frames of the clips."""
    rates = {cut.shot: cut.clip.facts.rate for cut in timeline.cuts}
    tiny = Fraction(1, 10**6)  # of a second: doubles are not exact, and frames are far longer
    return {
        frame: [(name, frame_on_screen(Fraction(s) + tiny, rates[name])) for name, s in each]
        for frame, each in shown.items()
    }


def test_twenty_clips_and_nineteen_dissolves() -> None:
    """2172 frames at 24, each clip and each dissolve in its place, from 01:00:00:00 on."""
    timeline = laid(*dissolved(20))
    document = read(timeline)
    [video] = document.video_tracks()
    names = [item.name for item in video if isinstance(item, otio.schema.Clip)]
    over = [item for item in video if isinstance(item, otio.schema.Transition)]
    assert names == [f"sh{n:03}_t1.mp4" for n in range(20)]
    assert len(over) == 19
    assert {item.transition_type for item in over} == {"SMPTE_Dissolve"}
    assert {(item.in_offset.value, item.out_offset.value) for item in over} == {(6, 6)}
    assert document.duration() == otio.opentime.RationalTime(2172, 24)
    assert document.global_start_time.to_timecode() == "01:00:00:00"
    assert pictures(seen(document), timeline) == pictures(law(timeline), timeline)


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), NTSC, Fraction(60000, 1001), Fraction(25)])
def test_rates_are_the_librarys_own(rate: Fraction) -> None:
    """A fraction is written as the double the library has for it; totals are whole frames."""
    timeline = laid(*dissolved(5), rate=rate)
    document = read(timeline)
    start, duration = document.global_start_time, document.duration()
    assert otio.opentime.RationalTime.is_smpte_timecode_rate(start.rate)
    assert start.rate == otio.opentime.RationalTime.nearest_smpte_timecode_rate(float(rate))
    assert otio.opentime.to_timecode(start, start.rate, False) == "01:00:00:00"
    assert (duration.value, duration.rate) == (5 * 120 - 4 * 12, float(rate))
    assert document.metadata["storyreel"]["rate"] == str(rate)


def test_a_chained_joint_starts_behind_the_copy() -> None:
    """The frame a chain drops is dropped for the editor too; all of the clip stays available."""
    timeline = laid(shot("sh010"), shot("sh020", first_frame=FrameOf(ShotId("sh010"), "last")))
    _, second = read(timeline).find_clips(search_range=None)[:2]
    assert (second.source_range.start_time.value, second.source_range.duration.value) == (1, 119)
    available = second.media_reference.available_range
    assert (available.start_time.value, available.duration.value) == (0, 120)


def test_clips_of_another_rate_count_on_their_own() -> None:
    """Media in its own frames, what is shown in the film's; the sum is the film's."""
    clips = {ShotId("a"): clip(125, Fraction(25)), ShotId("b"): clip(150, NTSC)}
    timeline = laid(shot("a"), shot("b", use=Use(head=Fraction(1, 4))), clips=clips)
    document = read(timeline)
    first, second = document.video_tracks()[0]
    assert first.media_reference.available_range.duration == otio.opentime.RationalTime(125, 25)
    assert second.media_reference.available_range.duration.rate == float(NTSC)
    assert second.source_range.start_time == otio.opentime.RationalTime(6, 24)
    assert document.duration().value == timeline.frames
    assert pictures(seen(document), timeline) == pictures(law(timeline), timeline)


def test_speed_and_hold_are_effects() -> None:
    """A speed is a LinearTimeWarp over the film's frames; what stands still a FreezeFrame."""
    slow = shot("slow", cut=48, use=Use(speed=Fraction(1, 2)))
    still = shot("still", cut=48, use=Use(hold=12))
    timeline = laid(slow, still)
    document = read(timeline)
    first, moving, held = document.video_tracks()[0]
    assert isinstance(first.effects[0], otio.schema.LinearTimeWarp)
    assert (first.effects[0].time_scalar, first.source_range.duration.value) == (0.5, 48)
    assert (moving.source_range.duration.value, len(moving.effects)) == (36, 0)
    assert isinstance(held.effects[0], otio.schema.FreezeFrame)
    assert (held.source_range.start_time.value, held.source_range.duration.value) == (35, 12)
    assert pictures(seen(document), timeline) == pictures(law(timeline), timeline)
    sound = document.audio_tracks()[0]
    assert [type(item).__name__ for item in sound] == ["Clip", "Clip", "Gap"]
    premiere = read(timeline, flavour="premiere").video_tracks()[0]
    assert premiere[0].source_range.duration.value == 24  # of media, which Premiere divides


def test_a_blend_longer_than_what_is_held_is_told() -> None:
    """No cut point can lie in it: the clip plays on under the blend, and the shot is named."""
    still = shot("still", cut=48, use=Use(hold=4))
    timeline = laid(still, *dissolved(2)[1:])
    document = read(timeline)
    assert [cut.shot for cut in plays_on(timeline)] == ["still"]
    assert document.duration().value == timeline.frames
    alone = timeline.parts[0].frames
    told, wanted = pictures(seen(document), timeline), pictures(law(timeline), timeline)
    assert all(told[frame] == wanted[frame] for frame in range(alone))


def test_sound_is_linked_crossfaded_and_silent_where_the_film_is() -> None:
    """A second track of the same clips and length; gaps for the muted and the mute."""
    shots = [
        shot("a"), shot("b", transition=Transition("wipe_left", 7)), shot("c", muted=True),
        shot("d", transition=Transition("dissolve", 4)), shot("e"), shot("f"),
    ]  # fmt: skip
    timeline = laid(*shots, clips={ShotId("f"): clip(sound=None)})
    document = read(timeline)
    [video], [audio] = document.video_tracks(), document.audio_tracks()
    kinds = [type(item).__name__ for item in audio]
    assert kinds == ["Clip", "Transition", "Clip", "Gap", "Transition", "Clip", "Clip", "Gap"]
    assert audio.duration() == video.duration()
    assert {x.transition_type for x in audio if isinstance(x, otio.schema.Transition)} == {
        "SMPTE_Dissolve"
    }
    assert video[1].transition_type == "Custom_Transition"
    assert video[1].metadata["storyreel"]["kind"] == "wipe_left"
    assert (video[1].in_offset.value, video[1].out_offset.value) == (4, 3)
    groups = [
        [x.metadata["Resolve_OTIO"]["Link Group ID"] for x in track.find_clips()]
        for track in (video, audio)
    ]
    assert len(set(groups[0])) == 6
    assert set(groups[1]) < set(groups[0])


def test_a_film_without_sound_has_one_track() -> None:
    """Nothing to hear, no track to hear it on."""
    document = read(laid(shot("a"), clips={ShotId("a"): clip(sound=None)}))
    assert [track.kind for track in document.tracks] == ["Video"]


def test_what_is_missing_keeps_its_place() -> None:
    """A shot without a clip is a MissingReference of its length, with all that is known of it."""
    timeline = laid(shot("a"), shot("b"))
    media = {
        **media_of(timeline),
        ShotId("b"): Media("b_missing.mp4", None, facts={"prompt": "a fox: 50% “quick”\n#1 🦊"}),
    }
    document = read(timeline, media)
    missing = document.video_tracks()[0][1]
    assert missing.media_reference.is_missing_reference
    assert missing.source_range.duration.value == 120
    assert missing.metadata["storyreel"]["prompt"] == "a fox: 50% “quick”\n#1 🦊"


def test_a_clip_with_a_time_code_counts_from_it() -> None:
    """Resolve finds the frames of camera clips by time code, not from zero."""
    timeline = laid(shot("a", use=Use(head=Fraction(1))), clips={ShotId("a"): clip(240)})
    [taken] = read(timeline, media_of(timeline, begins=864_000)).video_tracks()[0]
    assert taken.media_reference.available_range.start_time.to_timecode() == "10:00:00:00"
    assert taken.source_range.start_time.to_timecode() == "10:00:01:00"


def test_notes_are_markers_on_their_frames() -> None:
    """Each once, on the frame of the clip it was said of, whatever the film's rate."""
    still = shot("a", cut=48, use=Use(hold=12))
    timeline = laid(still, clips={ShotId("a"): clip(50, Fraction(25))})
    said = ((25, "ear flickers\nagain"),)
    document = read(timeline, media_of(timeline, notes=said, begins=250))
    moving, held = document.video_tracks()[0]
    [marker] = moving.markers
    assert (marker.name, marker.comment) == ("ear flickers", "ear flickers\nagain")
    assert marker.marked_range.start_time.to_seconds() == 11
    assert len(held.markers) == 0
    assert not any(item.markers for item in document.audio_tracks()[0])


@pytest.mark.parametrize("flavour", ["resolve", "premiere"])
def test_the_library_would_write_the_same(flavour: str) -> None:
    """Read and written again by opentimelineio, nothing is lost and nothing added."""
    title = 'The “Fox”: 100% {it}\\ #1 / 🦊\n<a href="x">'
    shots = [*dissolved(3), shot("z", cut=60, use=Use(hold=12, speed=Fraction(3, 2)), muted=True)]
    timeline = laid(*shots, title=title)
    media = media_of(timeline, facts={"seed": 2**31, "beat": "Ünïcode"}, notes=((3, "so"),))
    text = otio_text(timeline, media, flavour)
    document = otio.adapters.read_from_string(text, "otio_json")
    assert document.name == title
    again = otio.adapters.write_to_string(document, "otio_json")
    assert json.loads(again) == json.loads(text)
    assert document.is_equivalent_to(otio.adapters.read_from_string(again, "otio_json"))
    assert text == otio_text(timeline, dict(reversed(media.items())), flavour)


def test_spare_frames_are_what_lies_outside_of_the_shown() -> None:
    """In film frames, at the speed it plays; what a transition shows is not spare."""
    fast = shot("a", cut=48, use=Use(head=Fraction(1, 2), speed=Fraction(2)))
    [cut] = laid(fast).cuts
    assert spare_frames(cut, RATE) == (6, 6)
    held = laid(shot("b", cut=48, use=Use(hold=8))).cuts[0]
    assert spare_frames(held, RATE) == (0, 80)


cut_shapes = st.tuples(
    st.integers(1, 30),  # frames in the film
    st.integers(0, 9),  # of them held
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3, 2)]),
    st.integers(0, 14),  # its transition
    st.sampled_from([RATE, Fraction(25), NTSC]),
    st.integers(0, 6),  # frames of handles
)


@settings(max_examples=60, deadline=None)
@given(st.lists(cut_shapes, min_size=1, max_size=6), st.sampled_from([RATE, NTSC]))
def test_an_editor_shows_what_the_film_shows(shapes, rate: Fraction) -> None:
    """Frame by frame, also in blends, whatever is trimmed, held and retimed; totals always."""
    cuts = []
    for n, (frames, hold, speed, _, clip_rate, handle) in enumerate(shapes):
        use = Use(handle * speed / rate, speed, min(hold, frames - 1), handle, handle)
        known = clip(200, clip_rate)
        cuts.append(Cut(ShotId(f"s{n}"), known, 0, frames, "bars", False, 0, use, frames))
    for place in range(1, len(cuts)):
        over = shapes[place][3]
        blend(cuts, place, Transition("dissolve", over) if over else None, rate)
    timeline = Timeline("Film", Size(72, 48), rate, tuple(cuts))
    document = read(timeline)
    assert document.duration().value == timeline.frames
    told, wanted = pictures(seen(document), timeline), pictures(law(timeline), timeline)
    excused = {cut.shot for cut in plays_on(timeline)}
    assert told.keys() == wanted.keys()
    for frame, each in wanted.items():
        if not excused & {name for name, _ in each}:
            assert told[frame] == each or len(each) > len(told[frame]) == 1 == frames_alone(cuts)


def frames_alone(cuts) -> int:
    """1 where some cut is a single frame that is a blend: it has no run of its own."""
    return int(any(cut.frames == 1 and cut.overlap for cut in cuts))
