from __future__ import annotations

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from pipeline.film.segments import Segments, run_in_folder, segment_key
from pipeline.ids import Digest
from pipeline.media.filters import Frame, specimen_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

KEY = Digest("a" * 64)


class Maker:
    """Writes the same bytes each time and counts how often."""

    def __init__(self, data: bytes = b"picture") -> None:
        self.times = 0
        self._data = data

    def __call__(self, path: Path) -> None:
        self.times += 1
        path.write_bytes(self._data)


def test_a_segment_is_made_once(tmp_path: Path) -> None:
    """The second time it is found, and said to be."""
    segments, make = Segments(tmp_path / "new" / "folder"), Maker()
    first, second = (segments.get(KEY, ".mp4", make) for _ in range(2))
    assert (make.times, first.kept, second.kept) == (1, False, True)
    assert first.path == second.path
    assert first.path.read_bytes() == b"picture"


@pytest.mark.parametrize("torn", [b"", b"pict", b"pictureX", b"PICTURE"])
def test_a_torn_segment_is_made_anew(tmp_path: Path, torn: bytes) -> None:
    """Cut off, too long, or of the right length and wrong: never used."""
    segments, make = Segments(tmp_path), Maker()
    segments.get(KEY, ".mp4", make).path.write_bytes(torn)
    again = segments.get(KEY, ".mp4", make)
    assert (make.times, again.kept, again.path.read_bytes()) == (2, False, b"picture")


@pytest.mark.parametrize("record", [None, "", "{", "[]", "{}", '{"bytes": 7}', "\0"])
def test_a_segment_without_a_sound_record_is_made_anew(tmp_path: Path, record: str | None) -> None:
    """What nothing vouches for is not used; a broken record is no error."""
    segments, make = Segments(tmp_path), Maker()
    beside = segments.get(KEY, ".mp4", make).path.with_suffix(".mp4.json")
    if record is None:
        beside.unlink()
    else:
        beside.write_text(record)
    assert not segments.get(KEY, ".mp4", make).kept
    assert segments.get(KEY, ".mp4", make).kept


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """Half a segment is removed, whatever stopped it."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Segments(tmp_path).get(KEY, ".mp4", fail)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_both_get_a_whole_segment(tmp_path: Path) -> None:
    """Each writes beside and renames; neither sees the other's half. A link stands for another."""
    both = threading.Barrier(2, timeout=10)
    folders = [tmp_path / "folder", tmp_path / "link"]
    folders[0].mkdir()
    folders[1].symlink_to(folders[0])

    def make(path: Path) -> None:
        path.write_bytes(b"half")
        both.wait()
        path.write_bytes(b"the whole of it")

    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(Segments(folder).get, KEY, ".mp4", make) for folder in folders]
        assert {job.result().path.read_bytes() for job in made} == {b"the whole of it"}
    assert Segments(folders[0]).find(KEY, ".mp4")
    assert len(list(folders[0].iterdir())) == 2


def test_two_threads_make_a_segment_once(tmp_path: Path) -> None:
    """The second waits for the first and finds what it made; where that fails, it makes it."""
    begun = threading.Event()
    asked = threading.Event()

    def fail(_: Path) -> None:
        begun.set()
        asked.wait(10)
        raise OSError

    def then(maker: Maker) -> bool:
        asked.set()
        return Segments(tmp_path).get(KEY, ".mp4", maker).kept

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(Segments(tmp_path).get, KEY, ".mp4", fail)
        assert begun.wait(10)
        makers = [Maker(), Maker()]
        others = [pool.submit(then, maker) for maker in makers]
        assert sorted(job.result() for job in others) == [False, True]
        assert isinstance(first.exception(), OSError)
    assert sum(maker.times for maker in makers) == 1


def test_a_copied_folder_is_read_before_it_is_trusted(tmp_path: Path) -> None:
    """Another time than recorded: equal bytes are used, others are not."""
    path = Segments(tmp_path).get(KEY, ".mp4", Maker()).path
    os.utime(path, ns=(1, 1))
    assert Segments(tmp_path).find(KEY, ".mp4") == path
    path.write_bytes(b"PICTURE")
    assert Segments(tmp_path).find(KEY, ".mp4") is None


def test_a_segments_record_names_what_made_it(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """The program's version, and the encoder within it by the name that it left in the stream."""
    small = Frame(72, 48, Fraction(24))
    made = Segments(tmp_path, ffmpeg.version).get(
        KEY, ".mp4", lambda path: run_in_folder(ffmpeg, specimen_arguments(path.name, small), path)
    )
    record = json.loads(made.path.with_suffix(".mp4.json").read_bytes())
    assert record["made_by"] == ffmpeg.version
    assert re.fullmatch(r"x264 core \d+.*", record["encoder"])


def test_a_key_depends_on_all_that_decides() -> None:
    """Program, sources and arguments, each in its place."""
    keys = {
        segment_key("ffmpeg 1", ["a"], ["b"]),
        segment_key("ffmpeg 2", ["a"], ["b"]),
        segment_key("ffmpeg 1", ["b"], ["b"]),
        segment_key("ffmpeg 1", ["a"], ["a"]),
        segment_key("ffmpeg 1", ["a", "b"], []),
        segment_key("ffmpeg 1", [], ["a", "b"]),
    }
    assert len(keys) == 6
