from __future__ import annotations

import array
import threading
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import reels

from pipeline.errors import StoryreelError
from pipeline.film.assembler import assemble
from pipeline.film.segments import Segments
from pipeline.film.sound import decode_stretch, is_silent, lay_sound, sound_agrees, stretch_key
from pipeline.media.sound_filters import SOUND_FRAME

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.film.assembler import Assembly
    from pipeline.film.timeline import Timeline
    from pipeline.media.ffmpeg import FFmpeg

HALF_A_PACKET = 512 / 48_000 + 0.0005
EXACT = 0.001


def assembled(ffmpeg: FFmpeg, folder: Path, timeline: Timeline) -> tuple[Assembly, Path]:
    film = folder / "film.mp4"
    return assemble(timeline, film, segments=folder / "segments", ffmpeg=ffmpeg), film


def worst(ffmpeg: FFmpeg, film: Path, rate: Fraction, beeps: int) -> float:
    """How far, at worst, a beep begins from its flash, in seconds, over the whole film."""
    heard, seen = reels.beeps_in(ffmpeg, film), reels.flashes_in(film)
    assert len(heard) == len(seen) == beeps
    return max(abs(beep - float(flash / rate)) for beep, flash in zip(heard, seen, strict=True))


@pytest.mark.parametrize("rate", ["24", "25", "30000/1001"])
def test_copied_sound_is_in_step_at_each_of_a_hundred_cuts(
    ffmpeg: FFmpeg, tmp_path: Path, rate: str
) -> None:
    """Half a packet at worst and no drift, where no length is a whole number of packets."""
    kinds = [
        reels.cut_of(
            reels.beeping(ffmpeg, tmp_path / f"{frames}.mp4", rate=rate, frames=frames, beep=beep),
            Fraction(rate),
        )
        for frames, beep in ((7, 3), (10, 1), (13, 12), (11, 5))
    ]
    timeline = reels.reel(*(kinds[place % 4] for place in range(100)), rate=Fraction(rate))
    report, film = assembled(ffmpeg, tmp_path, timeline)
    assert (report.sound, len(report.copied)) == ("copied", 100)
    assert worst(ffmpeg, film, Fraction(rate), 100) <= HALF_A_PACKET
    assert reels.is_even(film, Fraction(rate))
    ffmpeg.run(["-xerror", "-i", str(film), "-f", "null", "-"])


@pytest.mark.parametrize("rate", ["24", "25", "30000/1001"])
def test_mixed_sound_is_in_step_whatever_the_clips_have(
    ffmpeg: FFmpeg, tmp_path: Path, rate: str
) -> None:
    """Mono, 5.1, other rates and coders, too short, too long: exact at every cut."""

    def beeping(name: str, **how: object) -> reels.Cut:
        path = tmp_path / name
        clip = reels.beeping(ffmpeg, path, rate=rate, frames=31, beep=10, **how)  # type: ignore[arg-type]
        return reels.cut_of(clip, Fraction(rate))

    silent = reels.numbered(ffmpeg, tmp_path / "none.mp4", rate=rate, frames=5)
    cuts = [
        beeping("mono.mp4", sample_rate=44_100, layout="mono"),
        beeping("surround.mp4", layout="5.1"),
        replace(beeping("skipped.mp4"), first=1, frames=30),
        beeping("short.mp4", seconds=0.9),
        beeping("long.mp4", seconds=3.0),
        beeping("flac.mkv", sample_rate=22_050, layout="mono", sound=("-c:a", "flac")),
        beeping("pcm.mov", sample_rate=32_000, sound=("-c:a", "pcm_s16le")),
    ]
    timeline = reels.reel(
        *cuts, reels.cut_of(silent, Fraction(rate)), *cuts[::-1], rate=Fraction(rate)
    )
    report, film = assembled(ffmpeg, tmp_path, timeline)
    assert report.sound == "encoded"
    heard = reels.beeps_in(ffmpeg, film)
    wanted = [
        float((start + 10 - cut.first) / Fraction(rate))
        for start, cut in zip(timeline.starts, timeline.cuts, strict=True)
        if cut.clip != silent
    ]
    assert heard == pytest.approx(wanted, abs=EXACT)
    samples = sum(stretch.samples for stretch in lay_sound(timeline))
    assert samples == round(timeline.frames / Fraction(rate) * 48_000)


@pytest.mark.parametrize("late", ["sound", "picture"])
def test_a_clip_whose_sound_and_picture_begin_apart_keeps_them_so(
    ffmpeg: FFmpeg, tmp_path: Path, late: str
) -> None:
    """What is late in a clip is late in the film by as much, copied clips around it or not."""
    plain = reels.beeping(ffmpeg, tmp_path / "plain.mp4", frames=48, beep=12)
    picture, sound = ("0:v", "1:a") if late == "sound" else ("1:v", "0:a")
    ffmpeg.run(
        ["-i", str(plain.path), "-itsoffset", "0.3", "-i", str(plain.path),
         "-map", picture, "-map", sound, "-c", "copy", str(tmp_path / "late.mp4")]
    )  # fmt: skip
    odd = reels.as_clip(tmp_path / "late.mp4")
    timeline = reels.reel(*(reels.cut_of(clip) for clip in (plain, odd, plain)))
    _, film = assembled(ffmpeg, tmp_path, timeline)
    heard = [beep % 2 for beep in reels.beeps_in(ffmpeg, film)]
    wanted = 0.8 if late == "sound" else 0.2
    assert heard == pytest.approx([0.5, wanted, 0.5], abs=0.002)


def test_a_muted_shot_is_silent(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Muting takes a shot's sound and nothing else; its picture is still copied."""
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=6)
    cuts = [reels.cut_of(clip, muted=muted) for muted in (False, True, False)]
    report, film = assembled(ffmpeg, tmp_path, reels.reel(*cuts))
    assert (report.sound, len(report.copied)) == ("encoded", 3)
    assert reels.beeps_in(ffmpeg, film) == pytest.approx([0.25, 2.25], abs=EXACT)
    middle = reels.pcm_of(ffmpeg, film)[50_000:94_000]
    assert max(abs(level) for level in middle) < 0.001


def test_a_film_of_silent_clips_has_no_sound(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Nothing to be heard, nothing in the file."""
    cut = reels.cut_of(reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=5))
    assert is_silent(reels.reel(cut, cut))
    report, film = assembled(ffmpeg, tmp_path, reels.reel(cut, cut))
    assert report.sound == "none"
    assert reels.as_clip(film).facts.sound is None


def test_levels_are_kept_and_cuts_do_not_click(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A tone is as loud in the film as in its clip, and fades in and out at each cut."""
    clip = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0)
    cuts = [reels.cut_of(clip), reels.cut_of(clip, skip=1)]
    _, film = assembled(ffmpeg, tmp_path, reels.reel(*cuts))
    was, now = reels.pcm_of(ffmpeg, clip.path), reels.pcm_of(ffmpeg, film)
    assert max(now[10_000:30_000]) == pytest.approx(max(was[10_000:30_000]), rel=0.05)
    assert max(abs(level) for level in now[47_990:48_010]) < max(was) / 4


def test_a_mono_clip_is_as_loud_as_it_was(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Two channels of the same are heard as one, neither softer nor louder."""
    clip = reels.numbered(
        ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0,
        sound_options=("-c:a", "aac", "-ar", "44100", "-ac", "1"),
    )  # fmt: skip
    _, film = assembled(ffmpeg, tmp_path, reels.reel(reels.cut_of(clip, skip=1)))
    was, now = reels.pcm_of(ffmpeg, clip.path), reels.pcm_of(ffmpeg, film)
    assert max(now[10_000:30_000]) == pytest.approx(max(was[10_000:30_000]), rel=0.05)


@pytest.mark.parametrize(("channel", "level"), [("FL", 1.0), ("FC", 0.707), ("BL", 0.707)])
def test_surround_is_as_loud_as_its_neighbours(
    ffmpeg: FFmpeg, tmp_path: Path, channel: str, level: float
) -> None:
    """Mixed down by ITU-R BS.775: the front whole, the centre and the back 3 dB less."""
    waves = "|".join(
        "0.4*sin(2*PI*440*t)" if name == channel else "0"
        for name in ("FL", "FR", "FC", "LFE", "BL", "BR")
    )
    path = tmp_path / "a.mkv"
    ffmpeg.run(["-f", "lavfi", "-i", "color=gray:s=72x48:r=24:d=1,format=yuv420p",
                "-f", "lavfi", "-i", f"aevalsrc={waves}:s=48000:d=1:c=5.1",
                "-c:a", "flac", "-c:v", "ffv1", str(path)])  # fmt: skip
    stretch = lay_sound(reels.reel(reels.cut_of(reels.as_clip(path))))[0]
    made = decode_stretch(stretch, ffmpeg, Segments(tmp_path / "segments"), threading.Event())
    heard = array.array("f", made.path.read_bytes())
    assert max(heard[20_000:60_000:2]) == pytest.approx(0.4 * level, rel=0.02)


def test_a_stretch_has_exactly_its_samples(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Longer or shorter than its picture, a clip gives what its stretch asks for."""
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=3, seconds=0.4)
    for frames in (1, 24):
        stretch = lay_sound(reels.reel(reels.cut_of(clip, frames=frames)))[0]
        made = decode_stretch(stretch, ffmpeg, Segments(tmp_path / "segments"), threading.Event())
        assert made.path.stat().st_size == frames * 2000 * SOUND_FRAME


def test_sound_that_cannot_be_decoded_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The shot is named, with what ffmpeg said."""
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=3)
    mute = reels.numbered(ffmpeg, tmp_path / "sh060.mp4", frames=24)
    stretch = lay_sound(reels.reel(reels.cut_of(replace(clip, path=mute.path))))[0]
    with pytest.raises(StoryreelError, match="clip of sh060 cannot be decoded as sound"):
        decode_stretch(stretch, ffmpeg, Segments(tmp_path / "segments"), threading.Event())


def test_lengths_add_up_at_any_rate(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """At 29.97 a frame has no whole number of samples; a film of many cuts still does."""
    rate = Fraction(30000, 1001)
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", rate=str(rate), frames=7, beep=3)
    timeline = reels.reel(*[reels.cut_of(clip, rate)] * 1000, rate=rate)
    laid = lay_sound(timeline)
    assert sum(stretch.samples for stretch in laid) == round(7000 / rate * 48_000)
    assert {stretch.samples for stretch in laid} == {11_211, 11_212}


def test_what_sounds_can_be_copied_is_decided_from_facts_alone(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """Equal AAC as long as its picture, nothing muted; the mix depends on what is heard."""
    clip = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=6)
    sound = clip.facts.sound
    assert sound is not None

    def like(**change: object) -> reels.Cut:
        facts = replace(clip.facts, sound=replace(sound, **change))  # type: ignore[arg-type]
        return reels.cut_of(replace(clip, facts=facts))

    same, muted = reels.cut_of(clip), reels.cut_of(clip, muted=True)
    assert sound_agrees(reels.reel(same, same))
    for odd in (
        muted,
        like(codec="mp3"),
        like(samples=40_000),
        like(rate=16_000),
        like(parameters="x"),
    ):
        assert not sound_agrees(reels.reel(same, odd))
    keys = {tuple(stretch_key(one, ffmpeg) for one in lay_sound(reels.reel(*cuts)))
            for cuts in ((same, same), (same, muted), (muted, same), (same,))}  # fmt: skip
    assert len(keys) == 4
