"""The only place that starts a process: ffmpeg, found, run, fed, watched and stopped.

Blocking on purpose; the runner calls it from threads. Arguments go as a list, never through a
shell; what ffmpeg says is drained all the while, so that a full pipe cannot stall it.
"""

from __future__ import annotations

import collections
import contextlib
import errno
import functools
import os
import re
import signal
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
_INTRODUCTION = 65_536  # bytes read of what a program says of itself
_USUAL_PATIENCE = 15.0  # seconds that a program may take to say its version
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_PATIENCE = 0.5  # seconds to end in; one that waits for its input never hears, and nothing is kept


@dataclass(frozen=True, slots=True)
class FFmpeg:
    """An ffmpeg program: where it lies, and the version it gave of itself.

    ``calm`` runs it with low priority, for work that nobody waits for yet.
    """

    path: Path
    calm: bool = False

    @property
    def version(self) -> str:
        """The first line of ``ffmpeg -version`` without its copyright; part of cache keys.

        Raises:
            ToolMissingError: it cannot be started.
        """
        return _version(self.path, _USUAL_PATIENCE)

    def check(self, patience: float = _USUAL_PATIENCE) -> None:
        """Find out that it can be started, before anything hangs on it.

        Args:
            patience: seconds it may take to say its version.

        Raises:
            ToolMissingError: it cannot, or it is another program.
        """
        _version(self.path, patience)

    def run(
        self,
        arguments: Sequence[str],
        *,
        feed: Iterable[bytes | memoryview] = (),
        cwd: Path | None = None,
        stop: threading.Event | None = None,
        on_frame: Callable[[int], None] | None = None,
        on_words: Callable[[bytes], object] | None = None,
    ) -> None:
        """Run to the end.

        Args:
            arguments: everything after the program's name; global flags are added.
            feed: pieces for its standard input (``pipe:0``), made as they are wanted.
            cwd: the folder to run in; plain relative names need no escaping there.
            stop: when set, the process is ended and ``ToolStoppedError`` raised.
            on_frame: told each count of frames as ffmpeg reports it.
            on_words: told each line that it says; the arguments decide how much that is.

        Raises:
            ToolMissingError: the program cannot be started.
            ToolFailedError: it ended with an error; the end of its words are in ``tail``.
            ToolStoppedError: ``stop`` was set.
            OSError: the disk is full; no clip is to blame.
        """
        progress = ("-progress", "pipe:1") if on_frame else ()
        process = self._start([*_QUIET, *progress, *arguments], cwd, heard=bool(on_frame))
        tail: collections.deque[bytes] = collections.deque(maxlen=_SHOWN_LINES)
        done = threading.Event()
        jobs: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (_drain, (process.stderr, _both(tail.append, on_words)))
        ]
        if on_frame:
            jobs.append((_drain, (process.stdout, _frame_teller(on_frame))))
        if feed and stop:
            jobs.append((_end_when, (process, stop, done)))
        helpers: list[threading.Thread] = []
        try:
            for target, args in jobs:
                helper = threading.Thread(target=target, args=args, daemon=True)
                helper.start()
                helpers.append(helper)
            _feed(process, feed, stop)
            _wait(process, stop, helpers[0])
        except BaseException:
            _end(process)
            raise
        finally:
            done.set()
            for helper in helpers:
                helper.join()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()
        if process.returncode:
            words = b"".join(tail).decode(errors="replace").strip()
            _refuse_if_full(words, cwd)
            raise ToolFailedError(f"ffmpeg failed (exit {process.returncode}).", tail=words)

    def _start(
        self, arguments: Sequence[str], cwd: Path | None, *, heard: bool
    ) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                [str(self.path), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=cwd,
                # Ctrl-C is ours to handle: the terminal must not kill ffmpeg half-way
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(self.path, str(error)) from error
        if self.calm:
            _give_way(process)
        return process


def _give_way(process: subprocess.Popen[bytes]) -> None:
    """Let every other program come first; where the system cannot, it runs as any."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):  # it may be gone already
            os.setpriority(os.PRIO_PGRP, process.pid, 19)


def _refuse_if_full(words: str, cwd: Path | None) -> None:
    for number in (errno.ENOSPC, errno.EDQUOT):
        if os.strerror(number) in words:
            raise OSError(number, os.strerror(number), str(cwd) if cwd else None)


def _drain(stream: IO[bytes] | None, take: Callable[[bytes], object]) -> None:
    if stream:
        for line in stream:
            take(line)


def _both(
    keep: Callable[[bytes], object], tell: Callable[[bytes], object] | None
) -> Callable[[bytes], object]:
    def take(line: bytes) -> None:
        keep(line)
        if tell:
            tell(line)

    return take


def _frame_teller(on_frame: Callable[[int], None]) -> Callable[[bytes], None]:
    def take(line: bytes) -> None:
        if match := _FRAME.match(line):
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


def _wait(
    process: subprocess.Popen[bytes], stop: threading.Event | None, words: threading.Thread
) -> None:
    """Wait for its end, which is when it can say nothing more: asking again and again is late."""
    while not (stop and stop.is_set()):
        if words.is_alive():
            words.join(0.1)
            continue
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            return
    raise ToolStoppedError("ffmpeg was stopped.")


def _end_when(
    process: subprocess.Popen[bytes], stop: threading.Event, done: threading.Event
) -> None:
    """End a process that is to stop, though it takes no more of what it is fed."""
    while not done.wait(0.1):
        if stop.is_set():
            _end(process)
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it has started, which would keep its pipes open."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        _signal(process, _KILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is not None:
        return  # its number may be another's by now
    if os.name == "nt":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)  # it leads a session of its own


def _missing(path: Path, why: str) -> ToolMissingError:
    return ToolMissingError(
        f"ffmpeg cannot be started from {path}.",
        details=why,
        hint="Install imageio-ffmpeg, or name another with --ffmpeg or STORYREEL_FFMPEG.",
    )


@functools.cache
def _version(path: Path, patience: float) -> str:
    said, code = _introduction(path, patience)
    first = said.decode(errors="replace").split("\n")[0].split(" Copyright")[0].strip()
    if code or not first.startswith("ffmpeg version "):
        raise ToolMissingError(
            f"{path} is no working ffmpeg.",
            details=first[:200] or "It says nothing to -version.",
            hint="Name another with --ffmpeg or STORYREEL_FFMPEG.",
        )
    return first


def _introduction(path: Path, patience: float) -> tuple[bytes, int]:
    """The beginning of what a program says to ``-version``, and its exit code."""
    try:
        process = subprocess.Popen(
            [str(path), "-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise _missing(path, str(error)) from error
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _signal(process, _KILL)

    watch = threading.Timer(patience, give_up)
    watch.start()
    try:
        with process:
            said = process.stdout.read(_INTRODUCTION) if process.stdout else b""
            if len(said) == _INTRODUCTION:  # it would talk on for ever
                _end(process)
    finally:
        watch.cancel()
    if late.is_set():
        raise _missing(path, f"It did not say its version within {patience:g} seconds.")
    return said, process.returncode


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
