"""Music, voices and cues under real shots: where they belong, made once, at the level said."""

from __future__ import annotations

import array
import math
import shutil
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import clips
import pytest
import reels

from pipeline.errors import StoryreelError, ToolMissingError
from pipeline.files import digest_of_file
from pipeline.film.assembler import assemble
from pipeline.film.loudness import Weight, gains, loudness_words, measured_in, uneven
from pipeline.film.segments import Segments
from pipeline.film.voices import speak
from pipeline.ids import Digest, ShotId
from pipeline.media.sounds import look_at_sound
from pipeline.media.voice import Voice
from pipeline.storyboard.anchors import parse_anchor
from pipeline.storyboard.levels import Loudness
from pipeline.storyboard.soundtrack import Cue, Piece, Sound, SoundFile, Spoken

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.film.assembler import Assembly
    from pipeline.film.timeline import Timeline
    from pipeline.media.ffmpeg import FFmpeg

SECOND = 48_000


def recorded(ffmpeg: FFmpeg, path: Path, source: str) -> SoundFile:
    """A sound file that ffmpeg's ``source`` makes."""
    ffmpeg.run(["-f", "lavfi", "-i", source, "-ac", "2", str(path)])
    return SoundFile(path, digest_of_file(path), look_at_sound(path).seconds)


def tone(ffmpeg: FFmpeg, path: Path, seconds: float, level: float = 0.5, hertz: int = 480):
    """A tone of whole periods, so that it can be begun anew without a click."""
    wave = f"aevalsrc={level}*sin(2*PI*{hertz}*t):s=48000:d={seconds}"
    return recorded(ffmpeg, path, wave)


def shots(ffmpeg: FFmpeg, folder: Path, *frames: int):
    """Shots without sound of their own."""
    folder.mkdir(exist_ok=True)
    return [
        reels.cut_of(reels.as_clip(clips.plain(ffmpeg, folder / f"s{n}.mp4", frames=length)))
        for n, length in enumerate(frames)
    ]


def assembled(ffmpeg: FFmpeg, folder: Path, timeline: Timeline) -> tuple[Assembly, Path]:
    film = folder / "film.mp4"
    return assemble(timeline, film, segments=folder / "segments", ffmpeg=ffmpeg), film


def heard(ffmpeg: FFmpeg, film: Path, begin: float, end: float) -> float:
    """How loud a film is between two moments: RMS in dB."""
    pcm = reels.pcm_of(ffmpeg, film)[int(begin * SECOND) : int(end * SECOND)]
    return 10 * math.log10(sum(one * one for one in pcm) / len(pcm) + 1e-12)


def stems(folder: Path) -> set[str]:
    return {path.name for path in (folder / "segments").iterdir()}


def at(written: str):
    return parse_anchor(written)


def test_sounds_begin_on_their_moments(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Cues tied to shots begin there in the film's own stream; between them there is silence."""
    beep = tone(ffmpeg, tmp_path / "beep.wav", 0.03)
    sound = Sound(cues=(Cue(at("s0+12f"), beep), Cue(at("s1"), beep), Cue(at("s1.end-6f"), beep)))
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 24, 24)), sound=sound)
    done, film = assembled(ffmpeg, tmp_path, timeline)
    assert done.sound == "encoded"
    for begun, wanted in zip(reels.beeps_in(ffmpeg, film), (0.5, 1.0, 1.75), strict=True):
        assert abs(begun - wanted) < 0.001
    assert heard(ffmpeg, film, 0.6, 0.9) < -80


def test_a_change_of_music_encodes_no_picture_and_decodes_no_shot(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """Only the new piece and the mix are made; no music again is the very film from before."""
    a = reels.beeping(ffmpeg, tmp_path / "a.mp4", frames=24, beep=6)
    b = reels.beeping(ffmpeg, tmp_path / "b.mp4", frames=24, beep=6, layout="mono")
    theme = tone(ffmpeg, tmp_path / "theme.wav", 1)
    plain = reels.reel(reels.cut_of(a), reels.cut_of(b))
    _, film = assembled(ffmpeg, tmp_path, plain)
    first, before = film.read_bytes(), stems(tmp_path)

    sound = Sound(music=(Piece(theme, at("0s"), None, level=-12.0, loop=True),))
    done, _ = assembled(ffmpeg, tmp_path, replace(plain, sound=sound))
    assert (done.encoded, done.sound) == ((), "encoded")
    new = sorted(name.split(".", 1)[1] for name in stems(tmp_path) - before)
    assert new == ["m4a", "m4a.json", "pcm", "pcm.json"]

    louder = replace(sound, music=(replace(sound.music[0], level=-6.0),))
    done, _ = assembled(ffmpeg, tmp_path, replace(plain, sound=louder))
    assert (done.encoded, done.sound) == ((), "encoded")
    done, _ = assembled(ffmpeg, tmp_path, plain)
    assert (done.sound, film.read_bytes()) == ("kept", first)


def test_music_loops_without_a_seam_and_fades(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A tone of half a second is one steady tone of two; it fades where it is told to."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 0.5, level=0.25)
    piece = Piece(theme, at("6f"), None, level=6.0, fade_out=Fraction(1, 2), loop=True)
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 48)), sound=Sound(music=(piece,)))
    _, film = assembled(ffmpeg, tmp_path, timeline)
    pcm = reels.pcm_of(ffmpeg, film)
    assert max(map(abs, pcm[: SECOND // 5])) < 0.001
    levels = [heard(ffmpeg, film, begin / 10, begin / 10 + 0.1) for begin in range(3, 15)]
    assert max(levels) - min(levels) < 0.2
    assert abs(levels[0] - 20 * math.log10(0.5 / math.sqrt(2))) < 0.2
    steps = [abs(b - a) for a, b in zip(pcm[SECOND // 2 :], pcm[SECOND // 2 + 1 :], strict=False)]
    assert max(steps) < 0.5 * 2 * math.pi * 480 / SECOND * 1.2  # no click: as steep as the tone
    assert heard(ffmpeg, film, 1.9, 2.0) < levels[0] - 12


@pytest.mark.parametrize("duck", ["voice", "all", "never"])
def test_music_makes_way(ffmpeg: FFmpeg, tmp_path: Path, duck: str) -> None:
    """Under a voice the music is 8 to 10 dB quieter, and as loud as before where it is silent."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 4, level=0.1, hertz=480)
    noise = "anoisesrc=d=2:c=pink:a=0.55:r=48000:seed=3"  # as loud as speech: -22 dB
    voice = recorded(ffmpeg, tmp_path / "voice.wav", noise)
    timeline = reels.reel(*shots(ffmpeg, tmp_path, 96))
    piece = Piece(theme, at("0s"), None, duck=duck)  # type: ignore[arg-type]
    sound = Sound(music=(piece,), voice_over=(Spoken(at("1s"), None, voice),))
    _, film = assembled(ffmpeg, tmp_path, replace(timeline, sound=sound))
    whole = reels.pcm_of(ffmpeg, film)

    def level(begin: float) -> float:
        """Of the music's tone alone, by its own frequency, over a quarter of a second."""
        pcm = whole[int(begin * SECOND) : int((begin + 0.25) * SECOND)]
        turn = 2 * math.pi * 480 / SECOND
        real = sum(one * math.cos(turn * n) for n, one in enumerate(pcm))
        imaginary = sum(one * math.sin(turn * n) for n, one in enumerate(pcm))
        return 20 * math.log10(math.hypot(real, imaginary))

    under = level(2.2) - level(0.3)
    if duck == "never":
        assert abs(under) < 1
    else:
        assert -10.5 < under < -7


def test_a_shots_level_is_its_own(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Said to be 6 dB quieter, a shot is, and its neighbour is not; no copy is made of either."""
    made = [
        reels.as_clip(clips.plain(ffmpeg, tmp_path / f"{name}.mp4", frames=24, sound=1.0))
        for name in "ab"
    ]
    plain = reels.reel(*(reels.cut_of(one) for one in made))
    done, film = assembled(ffmpeg, tmp_path, plain)
    before = heard(ffmpeg, film, 0.2, 0.8), heard(ffmpeg, film, 1.2, 1.8)
    quieter = replace(plain, cuts=(plain.cuts[0], replace(plain.cuts[1], level=-6.0)))
    done, film = assembled(ffmpeg, tmp_path, quieter)
    assert (done.encoded, done.sound, done.told) == ((), "encoded", ())
    assert abs(heard(ffmpeg, film, 0.2, 0.8) - before[0]) < 0.3
    assert abs(heard(ffmpeg, film, 1.2, 1.8) - before[1] + 6) < 0.3


def test_uneven_shots_are_told_and_levelled(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Neighbours 12 dB apart are told by name; `level_shots` brings them together."""
    made = []
    for name, level in (("a", -30), ("b", -18), ("c", -24)):
        path = tmp_path / f"{name}.mp4"
        quiet = ("-af", f"volume={level + 18}dB", *reels.AAC)
        made.append(reels.numbered(ffmpeg, path, frames=24, sound=1.0, sound_options=quiet))
    plain = reels.reel(*(reels.cut_of(one, muted=False) for one in made))
    plain = replace(plain, sound=Sound(cues=()))
    plain = replace(plain, cuts=(replace(plain.cuts[0], fade_in=1), *plain.cuts[1:]))
    done, _ = assembled(ffmpeg, tmp_path, plain)
    assert len(done.told) == 1
    assert done.told[0].startswith("b is 1")
    assert done.told[0].endswith("LU louder than a before it")
    level = replace(plain, sound=Sound(level_shots=True))
    done, film = assembled(ffmpeg, tmp_path, level)
    assert done.told == ()
    levels = [heard(ffmpeg, film, begin + 0.2, begin + 0.8) for begin in range(3)]
    assert max(levels) - min(levels) < 1


def test_gains_meet_in_the_middle_and_spare_silence_and_peaks() -> None:
    """Towards the middle shot, never over the ceiling, never by more than 12 dB."""
    a, b, c, d = map(ShotId, "abcd")
    weights = {a: Weight(-30, -20), b: Weight(-20, -8), c: Weight(-14, -3), d: Weight(-90, -80)}
    assert gains(weights, {}) == {a: 10.0, b: 0.0, c: -6.0}
    assert gains({a: Weight(-30, -3), b: Weight(-20, -3)}, {}) == {a: 2.0, b: -5.0}
    assert gains({a: Weight(-50, -40), b: Weight(-10, -3), c: Weight(-10, -3)}, {})[a] == 12.0
    assert gains({d: Weight(-90, -80)}, {}) == {}


@pytest.mark.parametrize(("peaky", "dynamic"), [(False, False), (True, True)])
def test_a_film_is_brought_to_a_loudness(
    ffmpeg: FFmpeg, tmp_path: Path, *, peaky: bool, dynamic: bool
) -> None:
    """By one change of level to within 0.5 LU; where its peaks forbid that, it is told."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 4, level=0.02, hertz=1000)
    click = tone(ffmpeg, tmp_path / "click.wav", 0.01, level=0.9)
    sound = Sound(
        music=(Piece(theme, at("0s"), None),),
        cues=(Cue(at("2s"), click),) if peaky else (),
        loudness=Loudness(-16, -1.5),
    )
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 96)), sound=sound)
    done, film = assembled(ffmpeg, tmp_path, timeline)
    assert any("moment by moment" in line for line in done.told) is dynamic
    again, _ = assembled(ffmpeg, tmp_path, timeline)
    assert (again.sound, again.told) == ("kept", done.told)
    if not dynamic:
        said: list[bytes] = []
        words = ["-loglevel", "info", "-i", str(film), "-af", "loudnorm=print_format=json"]
        ffmpeg.run([*words, "-f", "null", "-"], on_words=said.append)
        found = measured_in(said)
        assert abs(found.loudness + 16) < 0.5
        assert found.peak < -1.5


def test_a_silent_film_is_left_as_it_is(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Nothing can be measured of silence: it is said, and no noise is brought up."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 1, level=0)
    sound = Sound(music=(Piece(theme, at("0s"), None),), loudness=Loudness(-14, -1))
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 24)), sound=sound)
    done, film = assembled(ffmpeg, tmp_path, timeline)
    assert done.told == ("the sound is too quiet to be brought to -14 LUFS: left as it is",)
    assert heard(ffmpeg, film, 0, 1) < -100


def test_a_long_film_codes_only_the_sound_that_changed(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Two parts of music, with a cue on its sample in the second: moved, one part is coded anew."""
    beep = tone(ffmpeg, tmp_path / "beep.wav", 0.03, 0.9, 1000)
    theme = tone(ffmpeg, tmp_path / "theme.wav", 0.5, level=0.05)
    music = (Piece(theme, at("0s"), None, loop=True),)
    picture = clips.make(ffmpeg, tmp_path / "slow.mp4", rate="2", frames=44)
    plain = reels.reel(reels.cut_of(reels.as_clip(picture), Fraction(2)), rate=Fraction(2))
    films = {}
    for moment in ("15s", "16s"):
        before = stems(tmp_path) if films else set()
        cue = Cue(at(f"slow+{moment}"), beep)
        timeline = replace(plain, sound=Sound(cues=(cue,), music=music))
        done, film = assembled(ffmpeg, tmp_path, timeline)
        assert done.sound == "encoded"
        films[moment] = [name for name in stems(tmp_path) - before if name.endswith(".m4a")]
        (begun,) = reels.beeps_in(ffmpeg, film)
        assert abs(begun - int(moment[:-1])) < 0.001
        assert not list((tmp_path / "segments").glob(".*"))
    assert {moment: len(coded) for moment, coded in films.items()} == {"15s": 3, "16s": 2}


def test_the_same_sound_gives_the_same_bytes(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Ducked, looped and levelled, in two places: one film."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 0.5)
    voice = tone(ffmpeg, tmp_path / "voice.wav", 0.5, hertz=900)
    sound = Sound(
        music=(Piece(theme, at("0s"), None, loop=True, duck="voice"),),
        voice_over=(Spoken(at("s0+6f"), None, voice), Spoken(at("s0+9f"), None, voice)),
        loudness=Loudness(-20),
    )
    cuts = shots(ffmpeg, tmp_path, 36)
    films = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        timeline = replace(reels.reel(*cuts), sound=sound)
        films.append(assembled(ffmpeg, tmp_path / name, timeline)[1].read_bytes())
    assert films[0] == films[1]


def test_a_sound_that_changed_meanwhile_is_not_taken(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Nothing is kept under the name of what the file was; the file is named."""
    theme = tone(ffmpeg, tmp_path / "theme.wav", 1)
    stale = replace(theme, digest=Digest("0" * 64))
    sound = Sound(cues=(Cue(at("0s"), stale),))
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 24)), sound=sound)
    with pytest.raises(StoryreelError, match=r"theme\.wav was changed while"):
        assembled(ffmpeg, tmp_path, timeline)


SPEAKER = """#!/bin/sh
[ "$1" = --version ] && echo "eSpeak NG text-to-speech: 9  Data at: here" && exit 0
cat > "$(dirname "$0")/heard.txt"
echo "$@" > "$(dirname "$0")/asked.txt"
for last; do :; done
cp "$(dirname "$0")/voice.wav" "$last"
"""


def test_a_scratch_voice_speaks_lines_once(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Its text goes through standard input whole; the same line is not spoken again."""
    tone(ffmpeg, tmp_path / "voice.wav", 0.25)
    program = tmp_path / "espeak-ng"
    program.write_text(SPEAKER)
    program.chmod(0o755)
    text = "-w evil; $(rm) 'quoted': %{x} \N{SNOWMAN}"
    sound = Sound(voice_over=(Spoken(at("0s"), text, None),), voice="de")
    kept = Segments(tmp_path / "segments", ffmpeg.version)
    spoken = speak(sound, kept, lambda: Voice(program))
    assert spoken[0].seconds == Fraction(1, 4)
    assert (tmp_path / "heard.txt").read_text() == text
    assert (tmp_path / "asked.txt").read_text().startswith("--stdin -v de -w ")
    (tmp_path / "voice.wav").unlink()
    assert speak(sound, kept, lambda: Voice(program)) == spoken
    assert speak(replace(sound, voice=None), kept, lambda: None) == {}


def test_without_a_voice_the_line_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What cannot be spoken is told with its line and all three ways out; nothing is left out."""
    sound = Sound(voice_over=(Spoken(at("0s"), "She is alone.", None, line=12),))
    with pytest.raises(ToolMissingError) as caught:
        speak(sound, Segments(tmp_path, ffmpeg.version), lambda: None)
    assert caught.value.details == "line 12: She is alone."
    assert all(
        word in (caught.value.hint or "") for word in ("espeak-ng", "`file:`", "voice: none")
    )


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_ng_is_heard_in_the_film(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The real program speaks a line where it belongs, and the report says who spoke."""
    sound = Sound(voice_over=(Spoken(at("s0+12f"), "Snow.", None),))
    timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 48)), sound=sound)
    done, film = assembled(ffmpeg, tmp_path, timeline)
    assert done.told == ("1 line of voice-over spoken by espeak-ng, a scratch voice",)
    assert heard(ffmpeg, film, 0, 0.45) < -80
    assert heard(ffmpeg, film, 0.5, 1.0) > -40


def test_words_on_loudness() -> None:
    """What was reached and why is told; nothing where all went as asked."""
    wanted = Loudness(-14, -1)
    found = {"loudness": -30.0, "peak": -4.0, "dynamic": True, "reached": -15.2}
    (words,) = loudness_words(found, wanted)
    assert "to -15.2 LUFS" in words
    assert "+12.0 dBTP, over -1" in words
    assert list(loudness_words({**found, "dynamic": False}, wanted)) == []


def test_neighbours_are_compared_with_their_levels(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A level said by the author counts; a silent shot between ends the comparison."""
    a, b = shots(ffmpeg, tmp_path, 2, 2)
    weights = {ShotId("s0"): Weight(-20, -6), ShotId("s1"): Weight(-30, -16)}
    assert list(uneven(reels.reel(a, b), weights)) == ["s1 is 10.0 LU quieter than s0 before it"]
    assert list(uneven(reels.reel(a, replace(b, level=5.0)), weights)) == []
    assert list(uneven(reels.reel(a, b), {ShotId("s0"): Weight(-20, -6)})) == []
    assert array.array("f").itemsize == 4


def test_music_in_surround_is_as_loud_as_in_stereo(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Its front channels come as they are, as those of a clip in 5.1 do: not 8 dB softer."""
    wave = "0.25*sin(2*PI*480*t)"
    front = f"aevalsrc={wave}|{wave}|0|0|0|0:c=5.1:s=48000:d=1"
    path = tmp_path / "wide.wav"
    ffmpeg.run(["-f", "lavfi", "-i", front, str(path)])
    facts = look_at_sound(path)
    wide = SoundFile(path, digest_of_file(path), facts.seconds, facts.channels)
    stereo = recorded(ffmpeg, tmp_path / "stereo.wav", f"aevalsrc={wave}|{wave}:s=48000:d=1")
    loud = []
    for file in (wide, stereo):
        sound = Sound(music=(Piece(file, at("0s"), None),))
        timeline = replace(reels.reel(*shots(ffmpeg, tmp_path, 12)), sound=sound)
        _, film = assembled(ffmpeg, tmp_path, timeline)
        loud.append(heard(ffmpeg, film, 0.1, 0.4))
    assert facts.channels == 6
    assert abs(loud[0] - loud[1]) < 0.5
