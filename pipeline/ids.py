"""Names that must not be mixed up, as types of their own."""

from __future__ import annotations

import re
from typing import NewType

ShotId = NewType("ShotId", str)
"""What the author calls a shot: ``sh010``."""

TakeKey = NewType("TakeKey", str)
"""What makes two clips the same: a versioned digest of a request (``plan/key.py``)."""

Digest = NewType("Digest", str)
"""A SHA-256 in lower-case hexadecimal: of a file's bytes, or of a frame's pixels."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(value: object) -> bool:
    """Whether ``value`` is written like a digest: then it names a file and leads nowhere else."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))
