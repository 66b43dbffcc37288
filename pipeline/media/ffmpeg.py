"""The only place that starts a process: ffmpeg, found, run, fed, watched and stopped.

Blocking on purpose; the runner calls it from threads. Arguments go as a list, never through a
shell; what ffmpeg says is drained all the while, so that a full pipe cannot stall it.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipeline.errors import ToolFailedError, ToolMissingError, ToolStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
_FRAME = re.compile(rb"frame=\s*(\d+)")
_SHOWN_LINES = 12
_PATIENCE = 5.0  # seconds between asking a process to end and ending it


@dataclass(frozen=True, slots=True)
class FFmpeg:
    """An ffmpeg program: where it lies, and the version it gave of itself."""

    path: Path

    @property
    def version(self) -> str:
        """The first line of ``ffmpeg -version`` without its copyright; part of cache keys.

        Raises:
            ToolMissingError: it cannot be started.
        """
        return _version(self.path)

    def check(self) -> None:
        """Find out that it can be started, before anything hangs on it.

        Raises:
            ToolMissingError: it cannot.
        """
        _version(self.path)

    def run(
        self,
        arguments: Sequence[str],
        *,
        feed: Iterable[bytes | memoryview] = (),
        cwd: Path | None = None,
        stop: threading.Event | None = None,
        on_frame: Callable[[int], None] | None = None,
    ) -> None:
        """Run to the end.

        Args:
            arguments: everything after the program's name; global flags are added.
            feed: pieces for its standard input (``pipe:0``), made as they are wanted.
            cwd: the folder to run in; plain relative names need no escaping there.
            stop: when set, the process is ended and ``ToolStoppedError`` raised.
            on_frame: told each count of frames as ffmpeg reports it.

        Raises:
            ToolMissingError: the program cannot be started.
            ToolFailedError: it ended with an error; the end of its words are in ``tail``.
            ToolStoppedError: ``stop`` was set.
        """
        progress = ("-progress", "pipe:1") if on_frame else ()
        process = self._start([*_QUIET, *progress, *arguments], cwd)
        tail: collections.deque[bytes] = collections.deque(maxlen=_SHOWN_LINES)
        helpers = [
            threading.Thread(target=_drain, args=(process.stderr, tail.append), daemon=True),
            threading.Thread(
                target=_drain, args=(process.stdout, _frame_teller(on_frame)), daemon=True
            ),
        ]
        for helper in helpers:
            helper.start()
        try:
            _feed(process, feed, stop)
            _wait(process, stop)
        except BaseException:
            _end(process)
            raise
        finally:
            for helper in helpers:
                helper.join()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()
        if process.returncode:
            words = b"".join(tail).decode(errors="replace").strip()
            raise ToolFailedError(f"ffmpeg failed (exit {process.returncode}).", tail=words)

    def _start(self, arguments: Sequence[str], cwd: Path | None) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [str(self.path), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                # Ctrl-C is ours to handle: the terminal must not kill ffmpeg half-way
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(self.path, error) from error


def _drain(stream: IO[bytes] | None, take: Callable[[bytes], object]) -> None:
    if stream:
        for line in stream:
            take(line)


def _frame_teller(on_frame: Callable[[int], None] | None) -> Callable[[bytes], None]:
    def take(line: bytes) -> None:
        if on_frame and (match := _FRAME.match(line)):
            on_frame(int(match[1]))

    return take


def _feed(
    process: subprocess.Popen[bytes],
    pieces: Iterable[bytes | memoryview],
    stop: threading.Event | None,
) -> None:
    assert process.stdin is not None  # noqa: S101 - it was opened as a pipe
    # A process that died early closes its end; its exit code tells why, better than the pipe.
    with contextlib.suppress(BrokenPipeError):
        for piece in pieces:
            if stop and stop.is_set():
                raise ToolStoppedError("ffmpeg was stopped.")
            process.stdin.write(piece)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()


def _wait(process: subprocess.Popen[bytes], stop: threading.Event | None) -> None:
    if stop is None:
        process.wait()
        return
    while True:
        if stop.is_set():
            raise ToolStoppedError("ffmpeg was stopped.")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _missing(path: Path, error: OSError) -> ToolMissingError:
    return ToolMissingError(
        f"ffmpeg cannot be started from {path}.",
        details=str(error),
        hint="Install imageio-ffmpeg, or name another with --ffmpeg or STORYREEL_FFMPEG.",
    )


@functools.cache
def _version(path: Path) -> str:
    try:
        said = subprocess.run(
            [str(path), "-version"], capture_output=True, check=True, stdin=subprocess.DEVNULL
        ).stdout
    except OSError as error:
        raise _missing(path, error) from error
    except subprocess.CalledProcessError as error:
        raise ToolMissingError(
            f"{path} is no working ffmpeg.",
            details=error.stderr.decode(errors="replace").strip() or None,
            hint="Name another with --ffmpeg or STORYREEL_FFMPEG.",
        ) from error
    return said.decode(errors="replace").split("\n")[0].split(" Copyright")[0].strip()


def find_ffmpeg(chosen: Path | None = None) -> FFmpeg:
    """The ffmpeg to use: the chosen one, else the one that comes with imageio-ffmpeg.

    imageio-ffmpeg itself prefers ``IMAGEIO_FFMPEG_EXE``, then its own binary, then the PATH.

    Raises:
        ToolMissingError: there is none.
    """
    if chosen is not None:
        return FFmpeg(chosen)
    import imageio_ffmpeg

    try:
        return FFmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()))
    except RuntimeError as error:
        raise ToolMissingError(
            "No ffmpeg was found.",
            details=str(error),
            hint="Run pip install imageio-ffmpeg, or set STORYREEL_FFMPEG.",
        ) from error
