"""A clip that is still coming: its bytes at the target, and beside it what they are of."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import StoreError
from pipeline.files import digest_of_bytes


class Part:
    """What has come of a clip.

    Args:
        target: where the bytes are.
        source: where they come from: the same text for the same clip.
    """

    def __init__(self, target: Path, source: str) -> None:
        self._target = target
        self._memory = target.with_name(f"{target.name}.resume")
        self._source = digest_of_bytes(source.encode())  # it may be nobody else's to know
        self.size = 0
        self.total: int | None = None
        self._validator: str | None = None
        self._recall()

    def headers(self) -> dict[str, str]:
        """What to ask with: for the rest only, if the clip is still the same one."""
        if not self.size:
            return {}
        asked = {"Range": f"bytes={self.size}-"}
        return asked | ({"If-Range": self._validator} if self._validator else {})

    def begin(self, total: int | None, validator: str | None) -> None:
        """Start anew, with a clip of ``total`` bytes."""
        self.size, self.total, self._validator = 0, total, validator
        memory = {"source": self._source, "total": total, "validator": validator}
        with self._told():
            self._target.write_bytes(b"")
            self._memory.write_text(json.dumps(memory), encoding="utf-8")

    @contextlib.contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """The target, open at its end."""
        with self._told():
            file = self._target.open("ab", buffering=0)  # what was written survives a kill
        with file:
            yield file

    async def add(self, file: BinaryIO, piece: bytes) -> None:
        """Write what came; a slow disk holds up nobody else."""
        with self._told():
            await asyncio.to_thread(_write_all, file, piece)
        self.size += len(piece)

    def beginning(self) -> bytes:
        """The first bytes."""
        with self._told(), self._target.open("rb") as file:
            return file.read(64)

    def finish(self) -> None:
        """It is whole: nothing is left to remember."""
        with self._told():
            self._memory.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what has come: it is of no use."""
        with self._told():
            self._target.unlink(missing_ok=True)
            self._memory.unlink(missing_ok=True)
        self.size, self.total, self._validator = 0, None, None

    def _recall(self) -> None:
        """Go on from what is there, if it is known what it is of."""
        try:
            memory: Any = json.loads(self._memory.read_text(encoding="utf-8"))
            size = self._target.stat().st_size
        except (OSError, ValueError):
            return
        if not isinstance(memory, dict) or memory.get("source") != self._source:
            return
        total, validator = memory.get("total"), memory.get("validator")
        self.total = total if isinstance(total, int) else None
        self._validator = validator if isinstance(validator, str) else None
        if self._validator or (self.total is not None and size <= self.total):
            self.size = size

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or str(error)
            raise StoreError(
                f"{self._target.name} cannot be written: {why}.",
                hint="The clip is paid for and stays at the vendor's for a while: "
                "make room, then run storyreel render again.",
            ) from error


def _write_all(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]
