"""``--debug-log FILE``: a line of JSON for each request, with nothing in it that is a secret.

No key, no body, no prompt; of an address its host and path, of a link that whoever has it may
follow only the shape of its path. The file is appended to, a line at a time, each in one write, so
that it is whole up to the moment of any death.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import __version__
from pipeline.cli.console import say
from pipeline.cli.shapes import path_shape
from pipeline.errors import UsageError
from pipeline.vendors.listening import Decided, Exchange, Subject, listening

REQUEST_IDS = (
    "x-request-id", "request-id", "x-correlation-id", "x-trace-id", "cf-ray", "x-amz-request-id",
    "x-amz-cf-id", "x-amzn-requestid", "x-vercel-id",
)  # fmt: skip
"""Headers by which a vendor's support finds an exchange again."""

_LONGEST = 120  # characters of a header, a host or a segment of a path


@contextlib.contextmanager
def debug_log(name: str, command: str) -> Iterator[None]:
    """Write down every request inside the block.

    Args:
        name: the file; made for its owner alone (0600), appended to where it exists.
        command: what is being done, for the first line.

    Raises:
        UsageError: it cannot be written.
    """
    log = _Log(name)
    log.write({"event": "begun", "command": command, "storyreel": __version__, "pid": os.getpid()})
    try:
        with listening(log.hear):
            yield
    finally:
        log.close()


class _Log:
    """The file; once it cannot be written any more, nothing more is tried."""

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            # without waiting for somebody at the other end, should it be a pipe
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
            self._file: int | None = os.open(name, flags, 0o600)
            if hasattr(os, "set_blocking"):  # Windows has it from Python 3.12 on, and no such flag
                os.set_blocking(self._file, True)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UsageError(
                f"The debug log {name} cannot be written: {why}.",
                details="Nothing was begun.",
                hint="Name a file in a folder that exists and that you may write to.",
            ) from None

    def hear(self, heard: Exchange | Decided) -> None:
        """Write down what happened."""
        self.write(_of_exchange(heard) if isinstance(heard, Exchange) else _of_decision(heard))

    def write(self, line: Mapping[str, Any]) -> None:
        """Write a line; a film is worth more than a line about it."""
        if self._file is None:
            return
        data = json.dumps({"time": _now(), **line}).encode() + b"\n"
        try:
            written = os.write(self._file, data)
        except OSError as error:
            self._give_up(error.strerror or str(error))
            return
        if written < len(data):
            self._give_up("the disk is full")

    def _give_up(self, why: str) -> None:
        say(f"note: the debug log {self._name} ends here, for it cannot be written: {why}")
        self.close()

    def close(self) -> None:
        """Nothing more comes."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
        self._file = None


def _of_exchange(heard: Exchange) -> dict[str, Any]:
    asked, clean = heard.asked, heard.asked.speaker.clean
    path = asked.path if asked.speaker.kind == "api" else path_shape(asked.path)
    ids = {name: heard.headers[name] for name in REQUEST_IDS if name in heard.headers}
    line = {
        "event": "request",
        "to": asked.speaker.who,
        **_of_subject(heard.subject),
        "method": asked.method,
        "host": clean(asked.host)[:_LONGEST],
        "path": "/".join(clean(part)[:_LONGEST] for part in path.split("/")),
        "through": asked.through,
        "status": heard.status,
        "ms": round(heard.seconds * 1000),
        "sent": asked.size,
        "received": heard.received,
        "ids": {name: clean(told)[:_LONGEST] for name, told in ids.items()},
        "retry_after": clean(heard.headers.get("retry-after", "")) or None,
        "error": heard.failed,
    }
    return {name: value for name, value in line.items() if value not in (None, {}, "")}


def _of_decision(heard: Decided) -> dict[str, Any]:
    return {
        "event": "decided",
        **_of_subject(heard.subject),
        "verb": heard.verb,
        "tries": heard.tries,
        "error": heard.error,
        "then": heard.then,
    }


def _of_subject(subject: Subject | None) -> dict[str, Any]:
    return {"shot": subject.shot, "attempt": subject.attempt} if subject else {}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
