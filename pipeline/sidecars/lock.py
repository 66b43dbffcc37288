"""The lock's text: a fact a line, so that branches merge.

A block for each shot, sorted, a blank line between; no time stamps, no digest of the whole (see the
merge experiment in the design notes). Each line stands for itself, wherever a merge puts it, and is
named by what it is about (a take by its key and clip, not by its number): so git's union merge
keeps whatever two branches added, and lines of both sides are read as the facts that they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import LockFileError
from pipeline.files import digest_of_bytes
from pipeline.ids import ShotId
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.sidecars.lock_merged import MergeMarksError, merged_lines
from pipeline.sidecars.lock_reading import lock_from

VERSION = 2
_KNOWN = (1, VERSION)  # the first had a table for each take

_HEAD = """\
# Written by storyreel: which take serves each shot. Commit this file; do not edit it.
"""


def lock_text(lock: Lock) -> str:
    """The lock as TOML; equal locks give equal text."""
    import tomli_w

    head = tomli_w.dumps({"lock": VERSION, "board_seed": lock.board_seed})
    blocks = ("".join(f"{line}\n" for line in _lines(n, lock.shots[n])) for n in sorted(lock.shots))
    return "\n".join((_HEAD + head, *filter(None, blocks)))


def read_lock(text: bytes | str, name: str = "the lock") -> Lock:
    """Read a lock; what is in it and not as written by storyreel is refused, never dropped.

    Raises:
        LockFileError: it is no TOML, or not a lock this version knows.
    """
    try:
        written = text if isinstance(text, str) else text.decode()
        try:
            data = tomllib.loads(written)
        except tomllib.TOMLDecodeError:
            data = merged_lines(written)
        if data.get("lock", VERSION) not in _KNOWN:
            raise _of_another_version(name, data["lock"])
        return lock_from(data)
    except UnicodeDecodeError as error:
        raise unreadable(name, "it is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise unreadable(name, f"it is torn or edited ({error})") from error
    except MergeMarksError as error:
        why = "a merge left its marks in it; *.lock.toml merge=union in .gitattributes spares that"
        raise unreadable(name, why) from error
    except RecursionError as error:
        raise unreadable(name, "it is nested too deep") from error
    except ValueError as error:
        raise unreadable(name, f"something is not as written by storyreel: {error}") from error


def _of_another_version(name: str, version: object) -> LockFileError:
    return LockFileError(
        f"{name} cannot be read: it is of version {version}, this storyreel knows {VERSION}.",
        hint="Use the storyreel that wrote it. Nothing is made until it can be read.",
    )


def unreadable(name: str, why: str) -> LockFileError:
    """The error of a lock that cannot be read."""
    return LockFileError(
        f"{name} cannot be read: {why}.",
        hint="After a merge keep both sides, for each line stands for itself: delete the lines "
        "of marks (<<<<<<<, =======, >>>>>>>). Or restore it from git. Nothing is made until it "
        "can be read.",
    )


def _lines(shot: ShotId, takes: ShotTakes) -> Iterator[str]:
    place = f"shots.{shot}"
    for name, value in (("seed", takes.seed), ("pick", takes.pick)):
        if value is not None:
            yield _line(place, name, value)
    if takes.held:
        yield _line(place, "held", value=True)
    for clip in sorted(takes.rejected):
        yield _line(f"{place}.rejected", clip, value=True)
    for order in sorted(takes.orders, key=lambda order: (order.variation, order.seed or 0)):
        how = {"variation": order.variation, "seed": order.seed}
        yield f"{place}.orders.{order.key} = {_inline(how)}"
    by_number = sorted(takes.takes, key=lambda take: take.number)
    for take in by_number:
        yield f"{place}.takes.{take.key}.{take.clip} = {_inline(_told(take))}"
    for clip, moment, pixels in dict.fromkeys(
        (take.clip, moment, take.frames[moment])
        for take in by_number
        for moment in sorted(take.frames)
    ):
        yield _line(f"{place}.frames.{clip}", moment, pixels)
    for note in sorted(takes.notes, key=lambda note: (note.clip, note.frame, note.text)):
        name = digest_of_bytes(note.text.encode())[:8]
        yield _line(f"{place}.notes.{note.clip}.{note.frame}", name, note.text)


def _told(take: Take) -> dict[str, Any]:
    return {
        "number": take.number,
        "model": take.model,
        "variation": take.variation,
        "seed": take.seed,
        "route": take.route,
        "job": take.job,
        "price": take.price,
    }


def _line(place: str, name: str, value: object) -> str:
    import tomli_w

    return f"{place}.{tomli_w.dumps({name: value}).strip()}"


def _inline(table: Mapping[str, Any]) -> str:
    import tomli_w

    there = ({name: value} for name, value in table.items() if value is not None)
    return f"{{ {', '.join(tomli_w.dumps(one).strip() for one in there)} }}"
