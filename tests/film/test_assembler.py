from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import clips
import pytest
import reels

from pipeline.errors import StoryreelError, ToolStoppedError
from pipeline.files import digest_of_file
from pipeline.film.assembler import Assembly, assemble
from pipeline.media.filters import Frame, picture_settings
from pipeline.media.probe import probe

if TYPE_CHECKING:
    from pipeline.film.timeline import Timeline
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.store.clip import Clip

B_FRAMES = clips.TWO_B_FRAMES


def assembled(
    ffmpeg: FFmpeg, folder: Path, timeline: Timeline, name: str = "film.mp4"
) -> tuple[Assembly, Path]:
    film = folder / name
    return assemble(timeline, film, segments=folder / "segments", ffmpeg=ffmpeg), film


def three(ffmpeg: FFmpeg, folder: Path) -> list[Clip]:
    """Clips that agree, each with numbers of its own."""
    return [
        reels.numbered(
            ffmpeg, folder / f"{name}.mp4", frames=24, start=start, sound=1.0, codec=B_FRAMES
        )
        for name, start in (("a", 0), ("b", 100), ("c", 200))
    ]


def samples_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.endswith(".part")]


def test_clips_that_agree_are_copied(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Not one byte of picture is encoded, nor is the sound; the film is exact."""
    made = three(ffmpeg, tmp_path)
    timeline = reels.reel(*(reels.cut_of(clip) for clip in made))
    report, film = assembled(ffmpeg, tmp_path, timeline)
    assert report == Assembly(72, copied=("a", "b", "c"), encoded=(), kept=(), sound="copied")
    assert samples_of(film) == [data for clip in made for data in samples_of(clip.path)]
    assert reels.numbers_in(film) == [*range(24), *range(100, 124), *range(200, 224)]
    assert reels.is_even(film, Fraction(24))
    assert list((tmp_path / "segments").glob("*")) == []


def test_a_doubled_head_is_dropped_and_all_is_one_stream(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Other sizes, rates, a dropped head: one stream of one kind, frame-exact in ffmpeg too."""
    a, b, _ = three(ffmpeg, tmp_path)
    c = reels.numbered(ffmpeg, tmp_path / "wide.mp4", rate="25", frames=25, size=(144, 96))
    d = reels.numbered(ffmpeg, tmp_path / "one.mp4", frames=1, start=300)
    cuts = [reels.cut_of(a), reels.cut_of(b, skip=1), reels.cut_of(c), reels.cut_of(d)]
    report, film = assembled(ffmpeg, tmp_path, reels.reel(*cuts))
    assert report == Assembly(
        72, copied=(), encoded=("a", "b", "wide", "one"), kept=(), sound="encoded"
    )
    wanted = [*range(24), *range(101, 124), *range(24), 300]
    assert reels.numbers_in(film) == wanted
    assert clips.raw_frames(ffmpeg, film, tmp_path / "raw") == wanted
    assert reels.is_even(film, Fraction(24))
    ffmpeg.run(["-xerror", "-i", str(film), "-f", "null", "-"])
    facts = probe(film)
    assert (facts.frames, facts.rate, facts.variable) == (72, 24, False)
    assert (facts.matrix, facts.primaries, facts.transfer, facts.range) == (
        "bt709", "bt709", "bt709", "tv",
    )  # fmt: skip


def test_only_what_changed_is_encoded(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Change, move, undo: each body is encoded once and kept, and the film's bytes come back."""
    a, b, c = (reels.cut_of(clip, skip=1) for clip in three(ffmpeg, tmp_path))
    first, film = assembled(ffmpeg, tmp_path, reels.reel(a, b))
    was = digest_of_file(film)
    changed, _ = assembled(ffmpeg, tmp_path, reels.reel(a, c))
    moved, _ = assembled(ffmpeg, tmp_path, reels.reel(c, a))
    undone, _ = assembled(ffmpeg, tmp_path, reels.reel(a, b))
    assert [(report.encoded, report.kept, report.sound) for report in
            (first, changed, moved, undone)] == [
        (("a", "b"), (), "encoded"),
        (("c",), ("a",), "encoded"),
        ((), ("c", "a"), "encoded"),
        ((), ("a", "b"), "kept"),
    ]  # fmt: skip
    assert digest_of_file(film) == was


def test_a_film_is_the_same_from_an_empty_cache_in_another_folder(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """Its bytes depend on the timeline and on ffmpeg, not on where or when it is made."""
    made = three(ffmpeg, tmp_path)
    timeline = reels.reel(*(reels.cut_of(clip, skip=1) for clip in made))
    digests = set()
    for name in ("here", "it's there: 50% 🎬\n-rf"):
        (tmp_path / name).mkdir()
        report, film = assembled(ffmpeg, tmp_path / name, timeline)
        assert report.encoded
        digests.add(digest_of_file(film))
    assert len(digests) == 1


def test_a_torn_segment_is_made_anew(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A segment cut off by a crash changes nothing but the time it takes."""
    a, b, _ = (reels.cut_of(clip, skip=1) for clip in three(ffmpeg, tmp_path))
    _, film = assembled(ffmpeg, tmp_path, reels.reel(a, b))
    was = digest_of_file(film)
    for segment in (tmp_path / "segments").glob("*.m*"):
        if segment.suffix != ".json":
            segment.write_bytes(segment.read_bytes()[:-100])
    report, _ = assembled(ffmpeg, tmp_path, reels.reel(a, b))
    assert (report.encoded, report.sound) == (("a", "b"), "encoded")
    assert digest_of_file(film) == was


def test_clips_that_agree_with_what_is_encoded_are_copied(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Clips made with the film's own settings stay as they are beside one that must be encoded."""
    settings = [
        word
        for key, value in picture_settings(Frame(72, 48, Fraction(24))).items()
        for word in (f"-{key}", str(value))
    ]
    own = [
        reels.numbered(
            ffmpeg, tmp_path / f"{start}.mp4", frames=24, start=start, codec=settings,
            filters="setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv,"
            "setsar=1",
        )
        for start in (0, 100)
    ]  # fmt: skip
    other = reels.numbered(ffmpeg, tmp_path / "other.mp4", frames=24, start=200)
    cuts = [reels.cut_of(own[0]), reels.cut_of(other), reels.cut_of(own[1])]
    report, film = assembled(ffmpeg, tmp_path, reels.reel(*cuts))
    assert (report.copied, report.encoded) == (("0", "100"), ("other",))
    assert reels.numbers_in(film) == [*range(24), *range(200, 224), *range(100, 124)]
    assert reels.is_even(film, Fraction(24))


def test_a_clip_that_only_seems_copyable_is_encoded(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What facts do not tell is found while joining; the film comes out right all the same."""
    whole = reels.numbered(ffmpeg, tmp_path / "whole.mp4", frames=36, start=50)
    cut = clips.with_edit_list(ffmpeg, whole.path, tmp_path / "cut.mp4", skip="0.25")
    hiding = reels.as_clip(cut)
    lying = replace(hiding, facts=replace(hiding.facts, parameters=whole.facts.parameters))
    cuts = [reels.cut_of(whole), reels.cut_of(lying)]
    report, film = assembled(ffmpeg, tmp_path, reels.reel(*cuts))
    assert report.encoded == ("whole", "cut")
    shown = clips.raw_frames(ffmpeg, cut, tmp_path / "raw")
    assert reels.numbers_in(film) == [*range(50, 86), *shown]


def test_progress_goes_on_to_the_end(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Frames done never go back and end at all of them, copied or encoded."""
    a, b, c = three(ffmpeg, tmp_path)
    for cuts in ((reels.cut_of(a), reels.cut_of(b)), (reels.cut_of(a), reels.cut_of(c, skip=1))):
        told: list[tuple[int, int]] = []
        timeline = reels.reel(*cuts)
        assemble(
            timeline, tmp_path / "film.mp4", segments=tmp_path / "segments", ffmpeg=ffmpeg,
            tell=lambda done, total, told=told: told.append((done, total)),
        )  # fmt: skip
        assert told == sorted(set(told))
        assert told[-1] == (timeline.frames, timeline.frames)


def test_a_stop_leaves_the_old_film_and_no_scraps(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Stopped before, between or within: the film that was there is untouched."""
    made = three(ffmpeg, tmp_path)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"the old film")
    for skip in (0, 1):
        stop = threading.Event()
        with pytest.raises(ToolStoppedError):
            assemble(
                reels.reel(*(reels.cut_of(clip, skip=skip) for clip in made * 5)),
                film, segments=tmp_path / "segments", ffmpeg=ffmpeg, stop=stop,
                tell=lambda *_, stop=stop: stop.set(),
            )  # fmt: skip
        assert film.read_bytes() == b"the old film"
        assert leftovers(tmp_path) == []


def test_a_bad_clip_ends_the_others_and_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """One clip that cannot be used: its shot is named, nothing is left, no film appears."""
    a, b, c = three(ffmpeg, tmp_path)
    b.path.write_bytes(b.path.read_bytes()[:600])
    for skip in (0, 1):
        cuts = [reels.cut_of(clip, skip=skip) for clip in (a, b, c)]
        with pytest.raises(StoryreelError, match="clip of b"):
            assembled(ffmpeg, tmp_path, reels.reel(*cuts))
        assert not (tmp_path / "film.mp4").exists()
        assert leftovers(tmp_path) == []


def test_a_disk_that_refuses_is_an_error_in_words(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A target or a cache that cannot be written is told with its place, not as a traceback."""
    cut = reels.cut_of(three(ffmpeg, tmp_path)[0], skip=1)
    (tmp_path / "file").write_text("in the way")
    for target, segments in (("file/film.mp4", "segments"), ("film.mp4", "file/segments")):
        with pytest.raises(StoryreelError, match="cannot be written") as caught:
            assemble(
                reels.reel(cut), tmp_path / target, segments=tmp_path / segments, ffmpeg=ffmpeg
            )
        assert "file" in (caught.value.details or "")
    assert leftovers(tmp_path) == []


def test_a_relative_target_and_cache_do(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The encoder runs in the cache's folder; the caller's own folder still counts."""
    cut = reels.cut_of(three(ffmpeg, tmp_path)[0], skip=1)
    film = Path("out/film.mp4")
    with contextlib.chdir(tmp_path):
        assemble(reels.reel(cut), film, segments=Path("out/segments"), ffmpeg=ffmpeg)
    assert reels.numbers_in(tmp_path / film) == [*range(1, 24)]
