"""What in a store is not needed: looked for first, removed only when said so."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.ids import Digest
from pipeline.store.store import Store

_PREVIEW = "preview"
STILL_WARM = 3600.0
"""Seconds; something younger in ``incoming`` may be in the making by another process."""


@dataclass(frozen=True, slots=True)
class Unused:
    """A clip that no film uses now."""

    digest: Digest
    label: str
    price: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What can go; ``kept_paid`` counts unused clips that stay because they were paid for."""

    leftovers: tuple[Path, ...]
    clips: tuple[Unused, ...]
    bytes: int
    kept_paid: int

    def also_in(self, later: Cleaning) -> Cleaning:
        """What of it can still go, seen again later."""
        digests = {clip.digest for clip in later.clips}
        return replace(
            self,
            leftovers=tuple(path for path in self.leftovers if path in later.leftovers),
            clips=tuple(clip for clip in self.clips if clip.digest in digests),
        )

    def remove(self, store: Store) -> None:
        """Remove it."""
        for path in self.leftovers:
            path.unlink(missing_ok=True)
            _remove_if_empty(path.parent)
        for clip in self.clips:
            store.drop(clip.digest)


def what_to_clean(
    store: Store,
    used: Collection[str] | None,
    *,
    paid: bool = False,
    now: float | None = None,
    beside: Sequence[Path] = (),
) -> Cleaning:
    """Find what can go.

    Args:
        store: where to look.
        used: digests of the clips that films use; absent, nobody knows and every clip stays.
        paid: also clips that money was paid for.
        now: seconds since the epoch, for leftovers' age; absent, the clock's.
        beside: what lies beside films and is not needed, in the order to remove it.
    """
    moment = time.time() if now is None else now
    leftovers = (*_leftovers(store.root, moment), *beside)
    unused: list[Unused] = []
    kept = 0
    for digest in store.digests() if used is not None else ():
        if used and digest in used:
            continue
        record = store.record(digest)
        # without a record nobody knows what a clip cost, so it counts as paid for
        was_paid = record is None or record.paid
        if was_paid and not paid:
            kept += 1
            continue
        made = record.made[-1] if record and record.made else None
        size = record.bytes if record else 0
        label, price = (made.label, made.price) if made else ("?", "unknown")
        unused.append(Unused(digest, label, price, size))
    total = sum(map(_size, leftovers)) + sum(clip.bytes for clip in unused)
    return Cleaning(leftovers, tuple(unused), total, kept)


def _remove_if_empty(folder: Path) -> None:
    """A folder that was worked in, or that held previews, goes with the last of its files."""
    held = [each for each in (folder, folder.parent) if each.name == _PREVIEW]
    for each in dict.fromkeys([folder, *held] if held or folder.name.startswith(".") else []):
        with contextlib.suppress(OSError):
            each.rmdir()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _leftovers(root: Path, now: float) -> list[Path]:
    """Files in the making that nobody makes any more, and pieces of films."""
    old = [path for path in (root / "incoming").glob("**/*") if _is_cold(path, now)]
    segments = [path for path in (root / "segments").glob("**/*") if path.is_file()]
    segments += [path for path in (root / "fitted").glob("*") if _is_cold(path, now)]
    torn = [path for path in root.glob("**/.*.part") if _is_cold(path, now)]
    return sorted({*old, *segments, *torn})


def _is_cold(path: Path, now: float) -> bool:
    """Whether it is a file that nobody has touched for long; another process may just move it."""
    try:
        return path.is_file() and now - path.stat().st_mtime > STILL_WARM
    except OSError:
        return False
