"""Standard input, output and error as they are in the wild: closed, full, cut off, not Unicode.

A reader that has gone (``| head -1``) is no error of ours and stops no render. Output that could
not be written is told once, at the end: a film is worth more than a line about it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import IO, Any

import click

_lost: list[OSError] = []


def prepare_streams() -> None:
    """Put something in the place of closed streams, and let none of them fail on a letter."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest that is free: no file gets it
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=handle != number))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a path that is no Unicode leaves as it came; elsewhere a letter becomes its number
            unicode = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if unicode else "backslashreplace")


def write(text: str, stream: IO[Any], *, color: bool, newline: bool = True) -> None:
    """Write to a standard stream; what cannot be written is remembered, not raised."""
    try:
        click.echo(text, file=stream, color=color, nl=newline)  # it flushes
    except OSError as error:
        _lose(stream, error)


def lost_output() -> OSError | None:
    """Why standard output could not be written, if it could not; asked once, at the end."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _lose(sys.stdout, error)
    return _lost.pop() if _lost else None


def _lose(stream: IO[Any], error: OSError) -> None:
    """Send all that follows nowhere."""
    if stream is not sys.stderr and not isinstance(error, BrokenPipeError):
        _lost[:] = [error]
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
