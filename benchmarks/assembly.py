"""Assembly: a film of agreeing clips against ffmpeg's own concat, and what a change costs.

The clips are 5 s of 720p with sound, one in four different. ffmpeg's concat is the floor for hard
cuts: it copies, and does not see to even time stamps or to sound in step. Where all clips have to
be encoded, the peer is one ffmpeg graph with the same encoder and settings.
"""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from itertools import chain
from pathlib import Path

from benchmarks.measure import Row, against, in_turns, tell
from pipeline.files import digest_of_file
from pipeline.film.assembler import assemble
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg
from pipeline.media.filters import Frame, picture_settings
from pipeline.media.probe import probe
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Size

CLIPS, KINDS, FRAMES = 100, 4, 120
RATE, SIZE = Fraction(24), Size(1280, 720)
ROUNDS, ENCODING_ROUNDS = 9, 2
MOST = 1.5
FEW = 6  # clips in the film that has to be encoded


def rows() -> list[Row]:
    ffmpeg = find_ffmpeg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell(f"  making {CLIPS} clips")
        clips = agreeing_clips(ffmpeg, folder)
        tell("  measuring")
        return [copied(ffmpeg, folder, clips), *encoded(ffmpeg, folder, clips[:FEW])]


def agreeing_clips(ffmpeg: FFmpeg, folder: Path) -> list[Clip]:
    """A hundred files; as many kinds of picture as there are ``KINDS``."""
    made = []
    for kind in range(KINDS):
        path = folder / f"kind{kind}.mp4"
        picture = f"testsrc2=s={SIZE.width}x{SIZE.height}:r={RATE},hue=h={90 * kind}"
        ffmpeg.run(
            [
                *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine={220 + 110 * kind}"),
                *("-t", "5", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"),
                *("-pix_fmt", "yuv420p", "-c:a", "aac", "-ar", "48000", "-ac", "2", str(path)),
            ]
        )
        made.append((path, probe(path), digest_of_file(path)))
    clips = []
    for place in range(CLIPS):
        source, facts, digest = made[place % KINDS]
        path = folder / f"{place:03}.mp4"
        shutil.copyfile(source, path)
        clips.append(Clip(digest, path, facts))
    return clips


def reel(clips: list[Clip], skip: int = 0) -> Timeline:
    """The clips one after another, the first ``skip`` frames of each dropped."""
    cuts = (
        Cut(ShotId(f"sh{place:03}"), clip, skip, FRAMES - skip, "bars", muted=False)
        for place, clip in enumerate(clips)
    )
    return Timeline("Reel", SIZE, RATE, tuple(cuts))


def copied(ffmpeg: FFmpeg, folder: Path, clips: list[Clip]) -> Row:
    timeline = reel(clips)
    listed = folder / "list.txt"
    listed.write_text("".join(f"file '{clip.path.name}'\n" for clip in clips))

    def ours() -> None:
        report = assemble(
            timeline, folder / "ours.mp4", segments=folder / "segments", ffmpeg=ffmpeg
        )
        assert (len(report.copied), report.sound) == (CLIPS, "copied")

    def peers() -> None:
        ffmpeg.run(["-f", "concat", "-i", listed.name, "-c", "copy", "peers.mp4"], cwd=folder)

    times = in_turns({"ours": ours, "peer": peers}, ROUNDS)
    assert probe(folder / "ours.mp4").frames == CLIPS * FRAMES
    peer = "ffmpeg -f concat -c copy"
    return against(f"assemble {CLIPS} agreeing clips", times["ours"], peer, times["peer"], MOST)


def encoded(ffmpeg: FFmpeg, folder: Path, clips: list[Clip]) -> list[Row]:
    """The heads dropped, so that every clip is encoded; then with one clip changed."""
    cache = folder / "cache"
    distinct = [
        Clip(digest_of_file(clip.path)[:-3] + f"{place:03}", clip.path, clip.facts)  # type: ignore[arg-type]
        for place, clip in enumerate(clips)
    ]
    changed = [*distinct]
    changed[FEW // 2] = clips[FEW // 2]

    def cut(shown: list[Clip]) -> int:
        film = folder / "ours.mp4"
        report = assemble(reel(shown, skip=1), film, segments=cache, ffmpeg=ffmpeg)
        return len(report.encoded)

    def first() -> None:
        shutil.rmtree(cache, ignore_errors=True)
        assert cut(distinct) == FEW

    def once_more() -> None:
        first_of_all = cache.with_name("kept")
        shutil.rmtree(cache, ignore_errors=True)
        shutil.copytree(first_of_all, cache)
        assert cut(changed) == 1

    first()
    shutil.copytree(cache, cache.with_name("kept"))
    times = in_turns(
        {"first": first, "changed": once_more, "peer": lambda: one_graph(ffmpeg, folder, clips)},
        ENCODING_ROUNDS,
    )
    peer = "one ffmpeg graph"
    return [
        against(f"encode and assemble {FEW} clips", times["first"], peer, times["peer"]),
        against("one of them changed", times["changed"], peer, times["peer"]),
    ]


def one_graph(ffmpeg: FFmpeg, folder: Path, clips: list[Clip]) -> None:
    """The same film by ffmpeg's concat filter, with the film's own encoder settings."""
    parts = "".join(
        f"[{place}:v]trim=start_frame=1,setpts=PTS-STARTPTS[v{place}];"
        f"[{place}:a]atrim=start={1 / 24},asetpts=PTS-STARTPTS[a{place}];"
        for place in range(len(clips))
    )
    frame = Frame(SIZE.width, SIZE.height, RATE)
    pairs = "".join(f"[v{place}][a{place}]" for place in range(len(clips)))
    settings = chain.from_iterable(
        (f"-{key}", str(value)) for key, value in picture_settings(frame).items()
    )
    ffmpeg.run(
        [
            *chain.from_iterable(("-i", str(clip.path)) for clip in clips),
            *("-filter_complex", f"{parts}{pairs}concat=n={len(clips)}:a=1[v][a]"),
            *("-map", "[v]", "-map", "[a]", *settings, "-c:a", "aac", "-b:a", "192k"),
            str(folder / "peers.mp4"),
        ]
    )
