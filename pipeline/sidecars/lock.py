"""The lock's text: a block for each shot, sorted, a blank line between, so that branches merge.

No time stamps, no digest of the whole; two people who render different shots touch different
lines (see the merge experiment in the design notes: TOML blocks merge where JSON does not).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from pipeline.errors import LockFileError
from pipeline.plan.take import Lock, ShotTakes, Take
from pipeline.sidecars.lock_reading import lock_from

VERSION = 1

_HEAD = """\
# Written by storyreel: which take serves each shot. Commit this file; do not edit it.
"""


def lock_text(lock: Lock) -> str:
    """The lock as TOML; equal locks give equal text."""
    import tomli_w

    head = tomli_w.dumps({"lock": VERSION, "board_seed": lock.board_seed})
    blocks = (
        tomli_w.dumps({"shots": {name: _block(lock.shots[name])}}) for name in sorted(lock.shots)
    )
    return "\n".join((_HEAD + head, *blocks))


def read_lock(text: bytes | str, name: str = "the lock") -> Lock:
    """Read a lock; what is in it and not as written by storyreel is refused, never dropped.

    Raises:
        LockFileError: it is no TOML, or not a lock this version knows.
    """
    try:
        data = tomllib.loads(text if isinstance(text, str) else text.decode())
        if data.get("lock", VERSION) != VERSION:
            raise _of_another_version(name, data["lock"])
        return lock_from(data)
    except UnicodeDecodeError as error:
        raise unreadable(name, "it is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        merging = "<<<<<<<" in str(text)
        why = "a merge left its marks in it" if merging else f"it is torn or edited ({error})"
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
        hint="Take both sides of a merge (blocks of different shots never clash), or restore it "
        "from git. Nothing is made until it can be read.",
    )


def _block(takes: ShotTakes) -> dict[str, Any]:
    block: dict[str, Any] = {"seed": takes.seed, "pick": takes.pick}
    block["takes"] = [_take(take) for take in sorted(takes.takes, key=lambda take: take.number)]
    return _present(block)


def _take(take: Take) -> dict[str, Any]:
    return _present(
        {
            "number": take.number,
            "key": take.key,
            "clip": take.clip,
            "model": take.model,
            "variation": take.variation,
            "seed": take.seed,
            "route": take.route,
            "job": take.job,
            "price": take.price,
            "frames": dict(sorted(take.frames.items())),
        }
    )


def _present(block: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if value not in (None, {}, [])}
