"""Follows a render by the log it writes, from whatever process it runs in."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from pipeline.files import regular
from pipeline.ids import Digest, is_digest

_MOST_AT_ONCE = 4 * 1024 * 1024  # bytes of a log read at one look
_MOST_OF_A_LINE = 1024 * 1024
_OVER = frozenset({"stored", "fetched", "found", "failed", "skipped"})


@dataclass(frozen=True, slots=True)
class Following:
    """What a render has done so far; without ``since`` none runs.

    ``to_run`` and the keys of ``shots`` are labels: a shot's name, and which take where it is a
    further one. ``stored`` are takes that came: shot, number, clip.
    """

    since: str | None = None
    to_run: tuple[str, ...] = ()
    shots: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    stored: tuple[tuple[str, int, Digest], ...] = ()

    def as_told(self) -> dict[str, Any] | None:
        """The run as the page is told of it."""
        if self.since is None:
            return None
        done = sum(label in self.over for label in self.to_run)
        return {"since": self.since, "done": done, "of": len(self.to_run)}

    def progress(self, shot: str) -> Mapping[str, Any] | None:
        """How far a shot is: one of its takes that is being made, else one that waits."""
        if self.since is None:
            return None
        mine = [label for label in self.to_run if label.partition(" ")[0] == shot]
        told = [self.shots[label] for label in mine if label in self.shots]
        waiting = any(label not in self.shots and label not in self.over for label in mine)
        for state in ("making", "failed"):
            if found := next((one for one in told if one["state"] == state), None):
                return found
        return {"state": "waiting", "done": None, "why": ""} if waiting else None


def followed(before: Following, events: Iterable[Mapping[str, Any]]) -> Following:
    """What is known after more lines of the log; a line that means nothing changes nothing."""
    now = before
    for event in events:
        try:
            now = _after(now, event)
        except (KeyError, TypeError, ValueError):  # torn, or another version's
            continue
    return now


def _after(now: Following, event: Mapping[str, Any]) -> Following:
    what = event["event"]
    if what == "began":
        return Following(str(event["since"]), tuple(map(str, event["to_run"])))
    if what == "ended":
        return Following()
    if "shot" not in event:
        return now
    label = f"{event['shot']} {event['further']}" if "further" in event else str(event["shot"])
    now = replace(now, shots=_shots(now.shots, label, what, event))
    if what in _OVER:
        now = replace(now, over=now.over | {label})
    if what in ("stored", "fetched") and is_digest(event["clip"]):
        came = (str(event["shot"]), int(event["take"]), Digest(event["clip"]))
        now = replace(now, stored=(*now.stored, came))
    return now


def _shots(
    shots: Mapping[str, Mapping[str, Any]], label: str, what: str, event: Mapping[str, Any]
) -> Mapping[str, Mapping[str, Any]]:
    making: dict[str, Any] = {"state": "making", "done": None, "why": ""}
    before = shots.get(label, making)
    after: Mapping[str, Any]
    match what:
        case "started":
            after = {"state": "making", "done": None, "why": str(event["reason"])}
        case "progressed":
            after = {**before, "done": float(event["done"])}
        case "failed":
            after = {"state": "failed", "done": None, "why": str(event["message"])}
        case "skipped":
            why = f"it waits for {event['because']}, which has no clip"
            after = {"state": "failed", "done": None, "why": why}
        case "stored" | "fetched" | "found":
            return {name: told for name, told in shots.items() if name != label}
        case _:
            return shots
    return {**shots, label: after}


class LogReader:
    """Reads what was added to a log since last time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = (0, b"")  # its number, and its first line
        self._read = 0

    def news(self) -> list[dict[str, Any]]:
        """The lines that are new, of a log begun anew all of them; none where there is no log.

        Of one that grew by very much at once, how it begins and the newest.
        """
        try:
            with regular(self._path) as file:
                return [one for line in self._lines(file) if (one := _document(line)) is not None]
        except OSError:
            return []

    def _lines(self, file: IO[bytes]) -> list[bytes]:
        """Whole lines; the writer may be in the middle of the last one, which is read next time."""
        size, number = (found := os.fstat(file.fileno())).st_size, found.st_ino
        first = file.read(_MOST_OF_A_LINE).partition(b"\n")[0]
        # the system gives a number again, so that a log is also known by how it begins
        if (number, first) != self._file or size < self._read:
            self._file, self._read = (number, first), 0
        skips = size - self._read > _MOST_AT_ONCE
        start = size - _MOST_AT_ONCE if skips else self._read
        file.seek(start)
        data = file.read(size - start)
        end = data.rfind(b"\n") + 1
        self._read = start + end
        lines = data[:end].split(b"\n")
        return [first, *lines[1:]] if skips else lines


def _document(line: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(line, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _finite(text: str) -> float:
    """A number that JSON has, too, when it is told on."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
