"""The cut: twenty clips with nineteen half-second crossfades, against what people use for it.

The clips of ``peers.md`` 7.1: 5 s of 720p at 24 frames with sound; the film has 2,172 frames. All
encode with x264 at the film's own preset and quality, and 192 kbit/s of AAC; each peer's command
stands below, its picture is compared with a lossless one. Ours is a process of its own too, which
does what the command does once every shot has its clip. MoviePy is found through BENCH_MOVIEPY (a
Python that has it), melt on the PATH.
"""

from __future__ import annotations

import os
import pickle
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

from benchmarks import ROOT
from benchmarks.measure import Row, Times, Work, against, tell
from pipeline.files import digest_of_file
from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg
from pipeline.media.filters import Frame, picture_settings
from pipeline.media.probe import probe
from pipeline.store.clip import Clip

CLIPS, FRAMES, OVERLAP = 20, 120, 12
RIGHT = CLIPS * FRAMES - (CLIPS - 1) * OVERLAP
ROUNDS = 3
FIRST, CHANGED, NOTHING = 1.0, 1 / 6, 0.02
# both read as one thing: a film with tags and one without would be converted to one another
SAME = "setpts=N,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
FLAT, MANY, FEW = 1.3, 300, 30
WORSE = 0.002  # of SSIM that a candidate may lie below the best
SETTINGS = picture_settings(Frame(1280, 720, Fraction(24)))
ENCODER = ("-c:v", "libx264", "-preset", SETTINGS["preset"], "-crf", str(SETTINGS["crf"]))
SOUND = ("-c:a", "aac", "-b:a", "192k")

CUT = """\
import pickle, sys
from fractions import Fraction
from pathlib import Path
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.sidecars.cutting import is_cut_from, write_cutting
from pipeline.storyboard.shot import Size
from pipeline.storyboard.transitions import Transition
known, film, segments = map(Path, sys.argv[1:])
cuts = tuple(
    Cut(ShotId(f"sh{n:03}"), clip, 0, 120, "bars", muted=False, length=120,
        transition=Transition("dissolve", 12) if n else None)
    for n, clip in enumerate(pickle.loads(known.read_bytes())))
timeline, ffmpeg = Timeline("Cut", Size(1280, 720), Fraction(24), cuts), find_ffmpeg()
if not is_cut_from(film, timeline, ffmpeg.version):
    from pipeline.film.assembler import assemble
    assemble(timeline, film, segments=segments, ffmpeg=ffmpeg)
    write_cutting(film, timeline, ffmpeg.version)
"""
MEMORY = """\
import resource, sys, tempfile
from fractions import Fraction
from pathlib import Path
from pipeline.film.assembler import assemble
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import Digest, ShotId
from pipeline.media.ffmpeg import find_ffmpeg
from pipeline.media.probe import probe
from pipeline.store.clip import Clip
from pipeline.storyboard.shot import Size
from pipeline.storyboard.transitions import Transition
path, count = Path(sys.argv[1]), int(sys.argv[2])
facts = probe(path)
cuts = tuple(
    Cut(ShotId(f"s{n}"), Clip(Digest(f"{n:064}"), path, facts), 0, 24, "bars", muted=False,
        length=24, transition=Transition("dissolve", 4) if n else None)
    for n in range(count))
timeline = Timeline("Reel", Size(72, 48), Fraction(24), cuts)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    assemble(timeline, folder / "film.mp4", segments=folder / "kept", ffmpeg=find_ffmpeg())
most = (resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(*most)
"""
MOVIEPY = """\
import sys
from moviepy import CompositeVideoClip, VideoFileClip, afx, vfx
layers, at = [], 0.0
for name in sys.argv[2:]:
    clip = VideoFileClip(name)
    effects = [vfx.CrossFadeIn(0.5), afx.AudioFadeIn(0.5), afx.AudioFadeOut(0.5)]
    layers.append(clip.with_effects(effects).with_start(at))
    at += 5.0 - 0.5
CompositeVideoClip(layers).write_videofile(
    sys.argv[1], codec="libx264", preset="faster", ffmpeg_params=["-crf", "18"], audio_codec="aac",
    audio_bitrate="192k", fps=24, logger=None)
"""
# melt -profile FILE; sixteen by nine, progressive; without a description melt 7.12 crashes
PROFILE = """\
description=720p24
width=1280
height=720
frame_rate_num=24
frame_rate_den=1
progressive=1
sample_aspect_num=1
sample_aspect_den=1
display_aspect_num=16
display_aspect_den=9
colorspace=709
"""


@dataclass(frozen=True)
class Bench:
    """Clips, and a folder for what is made of them."""

    ffmpeg: FFmpeg
    folder: Path

    @property
    def clips(self) -> list[Path]:
        """In the order of the cut."""
        return [self.folder / f"s{number:02}.mp4" for number in range(CLIPS)]

    @property
    def film(self) -> Path:
        """Where storyreel cuts the film to."""
        return self.folder / "film" / "cut.mp4"

    @property
    def segments(self) -> Path:
        """Where storyreel keeps what it has encoded."""
        return self.folder / "segments"


@dataclass(frozen=True)
class Candidate:
    """What is measured, after what is got ready for it and not measured."""

    run: Work
    ready: Work = lambda: None


@dataclass(frozen=True)
class Taken:
    """What a candidate took; its processor time is steadier than the clock, for information."""

    wall: Times
    processor: Times


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(find_ffmpeg(), Path(name))
        tell(f"  making {CLIPS} clips")
        prepare(bench)
        return [*timed(bench), *qualities(bench), *memory(bench)]


def prepare(bench: Bench) -> None:
    """The clips, another one, what the store knows of them, and a first cut to begin from."""
    bench.film.parent.mkdir()
    for number, path in enumerate(bench.clips):
        make_clip(bench.ffmpeg, path, 18 * number, 200 + 40 * number)
    make_clip(bench.ffmpeg, bench.folder / "other.mp4", 351, 333)
    other = [*bench.clips]
    other[CLIPS // 2] = bench.folder / "other.mp4"
    for name, paths in (("same", bench.clips), ("changed", other)):
        known = [Clip(digest_of_file(path), path, probe(path)) for path in paths]
        (bench.folder / f"{name}.known").write_bytes(pickle.dumps(known))
    cut(bench, "same")
    for place in (bench.film.parent, bench.segments):
        shutil.copytree(place, bench.folder / "kept" / place.name)


def make_clip(ffmpeg: FFmpeg, path: Path, hue: int, pitch: int) -> None:
    """One of the clips of ``peers.md`` 7.1."""
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=24:d=5,hue=h={hue}"),
            *("-f", "lavfi", "-i", f"sine=frequency={pitch}:sample_rate=48000:d=5", "-shortest"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"),
            *("-g", "24", "-c:a", "aac", "-b:a", "128k", "-ac", "2", str(path)),
        ]
    )


def cut(bench: Bench, known: str) -> None:
    """What storyreel does from clips to film, in a process of its own."""
    told = (bench.folder / f"{known}.known", bench.film, bench.segments)
    run([sys.executable, "-c", CUT, *told], bench.folder)


def run(arguments: Sequence[str | Path], folder: Path) -> str:
    """What a process says, which must end well."""
    done = subprocess.run(
        arguments, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


def restore(bench: Bench) -> None:
    """Everything as after the first cut."""
    for place in (bench.film.parent, bench.segments):
        shutil.rmtree(place)
        shutil.copytree(bench.folder / "kept" / place.name, place)


def unmade(bench: Bench) -> None:
    """The clips, and nothing of the film."""
    restore(bench)
    shutil.rmtree(bench.segments)
    shutil.rmtree(bench.film.parent)
    bench.film.parent.mkdir()


def timed(bench: Bench) -> list[Row]:
    """Ours and ffmpeg's in turns; the slower peers once."""
    peer = "ffmpeg, one xfade graph"
    times = in_rounds(
        {
            peer: Candidate(lambda: one_graph(bench, bench.folder / "graph.mp4", *ENCODER)),
            "first": Candidate(lambda: cut(bench, "same"), lambda: unmade(bench)),
            "changed": Candidate(lambda: cut(bench, "changed"), lambda: restore(bench)),
            "same": Candidate(lambda: cut(bench, "same"), lambda: restore(bench)),
        }
    )
    told = []
    for name, key, most in (
        ("20 clips, 19 crossfades", "first", FIRST),
        ("one clip of 20 changed", "changed", CHANGED),
        ("nothing changed", "same", NOTHING),
    ):
        told.append(against(name, times[key].wall, peer, times[peer].wall, most))
        used = times[key].processor, times[peer].processor
        told.append(against(f"{name}: processor time", used[0], peer, used[1]))
    for name, work in slow_peers(bench).items():
        tell(f"  {name}")
        try:
            once = in_rounds({name: Candidate(work)}, rounds=1, warm=0)[name]
        except AssertionError as error:  # told, not gated: a peer that cannot run here is left out
            tell(f"    it did not run: {str(error).strip().splitlines()[-1:]}")
            continue
        first = Times((times["first"].wall.median,)), Times((times["first"].processor.median,))
        told.append(against("20 clips, 19 crossfades", first[0], name, once.wall))
        told.append(against("the same: processor time", first[1], name, once.processor))
    return told


def in_rounds(
    candidates: Mapping[str, Candidate], rounds: int = ROUNDS, warm: int = 1
) -> dict[str, Taken]:
    """Every candidate in turn, each round beginning with another; the first one warms up."""
    names = list(candidates)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for number in range(rounds + warm):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            candidates[name].ready()
            begun, used = time.perf_counter(), processor_time()
            candidates[name].run()
            if number >= warm:
                taken[name].append((time.perf_counter() - begun, processor_time() - used))
        said = (f"{n} {t[-1][0]:.2f} ({t[-1][1]:.2f})" for n, t in taken.items() if t)
        tell(f"  round {number}, and processor time: {', '.join(said)}")
    return {
        name: Taken(Times(tuple(wall for wall, _ in found)), Times(tuple(u for _, u in found)))
        for name, found in taken.items()
    }


def processor_time() -> float:
    """What all processes that were waited for have used, in seconds on one core."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_graph(bench: Bench, target: Path, *encoder: str) -> None:
    """The film by ffmpeg's own filters, all clips open at once; threads as ffmpeg likes them."""
    lines = []
    for place in range(CLIPS):
        lines.append(f"[{place}:v]settb=AVTB,fps=24,setsar=1,format=yuv420p[v{place}]")
        lines.append(f"[{place}:a]aresample=48000,apad,atrim=0:5[a{place}]")
    picture, sound = "v0", "a0"
    for place in range(1, CLIPS):
        offset = place * 4.5
        fade = f"xfade=transition=fade:duration=0.5:offset={offset}"
        lines.append(f"[{picture}][v{place}]{fade}[x{place}]")
        lines.append(f"[{sound}][a{place}]acrossfade=d=0.5:c1=tri:c2=tri[y{place}]")
        picture, sound = f"x{place}", f"y{place}"
    bench.ffmpeg.run(
        [
            *chain.from_iterable(("-i", str(path)) for path in bench.clips),
            *("-filter_complex", ";".join(lines), "-map", f"[{picture}]", "-map", f"[{sound}]"),
            *encoder, *SOUND, str(target),
        ]
    )  # fmt: skip


def slow_peers(bench: Bench) -> dict[str, Work]:
    """MoviePy and melt, where they are."""
    found: dict[str, Work] = {}
    if python := os.environ.get("BENCH_MOVIEPY"):
        script = bench.folder / "moviepy_cut.py"
        script.write_text(MOVIEPY)
        told: list[str | Path] = [python, script, bench.folder / "moviepy.mp4", *bench.clips]
        found["MoviePy 2"] = lambda: run(told, bench.folder)
    if melt := shutil.which("melt"):
        profile = bench.folder / "p720"
        profile.write_text(PROFILE)
        mix = ("-mix", "12", "-mixer", "luma", "-mixer", "mix:-1")
        clips = chain.from_iterable(
            (str(path), *(mix if place else ())) for place, path in enumerate(bench.clips)
        )
        encoder = (
            "vcodec=libx264", f"preset={ENCODER[3]}", f"crf={ENCODER[5]}", "acodec=aac", "ab=192k",
        )  # fmt: skip
        target = f"avformat:{bench.folder / 'melt.mp4'}"
        words = [melt, "-silent", "-profile", profile, *clips, "-consumer", target, *encoder]
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        found["melt (another libav)"] = lambda: run(words, bench.folder)
    return found


def qualities(bench: Bench) -> list[Row]:
    """How near each film comes to a lossless one, and whether it has the right frames."""
    tell("  comparing pictures")
    ideal = bench.folder / "ideal.mp4"
    one_graph(bench, ideal, "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")
    unmade(bench)
    cut(bench, "same")
    ours, theirs = similarity(bench, bench.film, ideal), None
    told = []
    for name in ("graph", "moviepy", "melt"):
        film = bench.folder / f"{name}.mp4"
        if not film.exists():
            continue
        theirs = similarity(bench, film, ideal)
        held = ours >= theirs - WORSE if name == "graph" else None
        told.append(
            Row(
                "SSIM to a lossless cut; bytes; frames", spelled(bench.film, ours),
                f"{name} {spelled(film, theirs)}", "",
                f">= theirs - {WORSE}" if name == "graph" else "", held,
            )
        )  # fmt: skip
    frames = probe(bench.film).frames
    told.append(Row("its frames", str(frames), "", "", f"{RIGHT}", frames == RIGHT))
    return told


def spelled(film: Path, similar: float) -> str:
    return f"{similar:.4f}, {film.stat().st_size / 1e6:.1f} MB, {probe(film).frames}"


def similarity(bench: Bench, film: Path, ideal: Path) -> float:
    """The SSIM of all frames of a film, by number, on the whole."""
    said = run(
        [
            bench.ffmpeg.path, "-hide_banner", "-nostats", "-i", film, "-i", ideal,
            "-lavfi", f"[0:v]{SAME}[a];[1:v]{SAME}[b];[a][b]ssim", "-an", "-f", "null", "-",
        ],
        bench.folder,
    )  # fmt: skip
    found = re.search(r"SSIM .*All:([0-9.]+)", said)
    assert found, said[-500:]
    return float(found[1])


def memory(bench: Bench) -> list[Row]:
    """The most that storyreel itself, and the biggest of its ffmpegs, takes; tiny shots."""
    tell(f"  memory of {FEW} and {MANY} shots")
    clip = bench.folder / "tiny.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=s=72x48:r=24:d=1")
    bench.ffmpeg.run([*source, "-pix_fmt", "yuv420p", str(clip)])
    told = {}
    for count in (FEW, MANY):
        said = run([sys.executable, "-c", MEMORY, clip, str(count)], ROOT)
        told[count] = [int(word) for word in said.split()]
    rows = []
    for place, whose in enumerate(("storyreel", "its ffmpeg")):
        few, many = told[FEW][place], told[MANY][place]
        ratio = many / few
        rows.append(
            Row(
                f"memory of {whose}, {MANY} shots", f"{many / 1024:.0f} MB",
                f"{FEW} shots {few / 1024:.0f} MB", f"{ratio:.2f}x", f"<= {FLAT}x", ratio <= FLAT,
            )
        )  # fmt: skip
    return rows
