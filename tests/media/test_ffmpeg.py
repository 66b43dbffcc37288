"""The one place that runs a process: fed, watched, stopped, and plain about failure."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ToolFailedError, ToolMissingError, ToolStoppedError
from pipeline.media.ffmpeg import FFmpeg, find_ffmpeg

RAW = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "32x32", "-framerate", "24", "-i", "pipe:0")
FRAME = bytes(32 * 32)


def test_the_version_is_one_line(ffmpeg: FFmpeg) -> None:
    """It names the program, and no copyright, since it goes into keys."""
    assert ffmpeg.version.startswith("ffmpeg version ")
    assert "Copyright" not in ffmpeg.version
    assert "\n" not in ffmpeg.version


def test_a_chosen_program_is_taken(ffmpeg: FFmpeg) -> None:
    """What the user names wins over what comes along."""
    assert find_ffmpeg(ffmpeg.path) == ffmpeg


@pytest.mark.parametrize("what", ["missing", "folder", "text"])
def test_a_program_that_cannot_start_is_told(tmp_path: Path, what: str) -> None:
    """No program, a folder, a file that is none: the error says how to name another."""
    path = tmp_path / "missing"
    if what == "folder":
        path = tmp_path
    elif what == "text":
        path = tmp_path / "text"
        path.write_text("hello")
        path.chmod(0o755)
    with pytest.raises(ToolMissingError) as caught:
        FFmpeg(path).run(["-version"])

    assert "STORYREEL_FFMPEG" in (caught.value.hint or "")
    with pytest.raises(ToolMissingError):
        _ = FFmpeg(path).version


def test_a_program_that_is_no_ffmpeg_is_told(tmp_path: Path) -> None:
    """A program that fails at its version is no working ffmpeg."""
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    script.chmod(0o755)
    with pytest.raises(ToolMissingError) as caught:
        _ = FFmpeg(script).version

    assert caught.value.details == "no such thing"


def test_what_it_says_is_in_the_error(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A failure carries the end of ffmpeg's own words."""
    with pytest.raises(ToolFailedError) as caught:
        ffmpeg.run(["-i", str(tmp_path / "nothing.mp4"), str(tmp_path / "out.mp4")])

    assert "No such file" in caught.value.tail
    assert "nothing.mp4" in str(caught.value)


def test_frames_are_fed_as_they_are_wanted_and_counted(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What is fed arrives whole, far beyond a pipe's size; progress ends at the last frame."""
    counts: list[int] = []
    raw = tmp_path / "out.raw"
    pieces = (bytes([number]) * len(FRAME) for number in range(200))
    ffmpeg.run([*RAW, "-f", "rawvideo", str(raw)], feed=pieces, on_frame=counts.append)

    assert raw.read_bytes() == b"".join(bytes([n]) * len(FRAME) for n in range(200))
    assert counts[-1] == 200
    assert counts == sorted(counts)


def test_an_early_death_is_told_by_its_exit(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A broken pipe while feeding is not the error: why ffmpeg died is."""
    with pytest.raises(ToolFailedError) as caught:
        ffmpeg.run([*RAW, "-vf", "nonsense", str(tmp_path / "o.mp4")], feed=[FRAME] * 5000)

    assert "nonsense" in caught.value.tail


def test_it_stops_while_it_is_fed(ffmpeg: FFmpeg) -> None:
    """A set event ends an endless feed."""
    stop = threading.Event()

    def endless() -> Iterator[bytes]:
        for number in itertools.count():
            if number == 50:
                stop.set()
            yield FRAME

    with pytest.raises(ToolStoppedError):
        ffmpeg.run([*RAW, "-f", "null", "-"], feed=endless(), stop=stop)


def test_it_stops_while_it_works(ffmpeg: FFmpeg) -> None:
    """A set event ends a run that would never end."""
    stop = threading.Event()
    endless = ["-re", "-f", "lavfi", "-i", "color=s=32x32:r=24", "-f", "null", "-"]
    with pytest.raises(ToolStoppedError):
        ffmpeg.run(endless, stop=stop, on_frame=lambda _: stop.set())


def test_an_error_in_the_feed_ends_the_process(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What goes wrong while drawing comes out as it is; ffmpeg does not linger."""

    def failing() -> Iterator[bytes]:
        yield FRAME
        raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        ffmpeg.run([*RAW, str(tmp_path / "o.mp4")], feed=failing())

    assert threading.active_count() == before


def test_much_talk_does_not_stall_it(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """More words than a pipe holds are drained; only the last lines are kept."""
    with pytest.raises(ToolFailedError) as caught:
        ffmpeg.run(
            ["-loglevel", "debug", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=4",
             "-vf", "showinfo", "-f", "null", "-", str(tmp_path / "no" / "such" / "folder.mp4")]
        )  # fmt: skip

    assert len(caught.value.tail.splitlines()) <= 12


def test_names_are_relative_to_its_folder(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """In a folder of any name a plain file name needs no escaping."""
    folder = tmp_path / "50% 'q\": 🎬"
    folder.mkdir()
    ffmpeg.run(["-f", "lavfi", "-i", "color=s=32x32:d=0.1", "out.mp4"], cwd=folder)

    assert (folder / "out.mp4").is_file()


@pytest.mark.parametrize(("calm", "expected"), [(False, 0), (True, 19)])
def test_calm_work_gives_way(tmp_path: Path, calm: bool, expected: int) -> None:
    """Work that nobody waits for has the lowest priority; other work that of its caller."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nread -r begun\nnice > {tmp_path}/told\n")
    program.chmod(0o755)
    FFmpeg(program, calm=calm).run([], feed=[b"begin\n"])
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert int((tmp_path / "told").read_text()) == max(own, expected)
