"""Bytes from one file into another, counted and hashed on the way."""

from __future__ import annotations

import hashlib
from typing import IO

from pipeline.ids import Digest
from pipeline.packs.manifest import Member

_PIECE = 1 << 20


def copied(source: IO[bytes], into: IO[bytes] | None, most: int | None = None) -> Member:
    """Copy ``source`` to its end (or ``most`` bytes and one more); what came, by size and digest.

    Without ``into`` it is only read.
    """
    hashing, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE if most is None else min(_PIECE, most + 1 - size)):
        hashing.update(piece)
        size += len(piece)
        if into:
            into.write(piece)
    return Member(size, Digest(hashing.hexdigest()))
