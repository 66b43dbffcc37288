"""Clips by what they are: content-addressed, whole or absent, never changed once in.

::

    store/
      README.md
      clips/ab/ab12….mp4     a clip, read-only; its name is the digest of its bytes
      clips/ab/ab12….json    its record: what it is, what it was made for
      keys/k1-….json         which clips answer a key (made anew from the records if lost)
      frames/ab/ab12…-119.png, .json    frames handed to other shots, taken once
      frames/ab/ab12…-119.jpg           frames to look at, small
      incoming/              being made; nothing here counts

A clip is measured, hashed and renamed into place before its record is written, so a crash leaves
either nothing that counts or a clip without a record, which the next one to make it adopts.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import stat
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import MediaError, StoreError
from pipeline.files import digest_of_file, held, load_json, sync_folder, write_whole
from pipeline.ids import Digest, TakeKey, is_digest
from pipeline.media.facts import ClipFacts
from pipeline.store.clip import Clip
from pipeline.store.record import ClipRecord, MadeFor, record_from_json, record_to_json

ClipState = Literal["good", "missing", "torn"]

_README = """\
# The store

Every clip that was made lies here under the digest of its bytes, with a record of what it was
made for. Films are cut from these files and nothing is made again while its clip is here, so do
not edit them. `storyreel clean` removes what is not needed and tells you first what that is.
"""


class Store:
    """A folder of clips, safe with several processes at once.

    Args:
        root: the folder; made when something is first put in.
        verify: read and hash every clip that is asked for, instead of trusting size and time.
        measure: takes a clip's facts anew when its record was lost; absent, the clip is torn.
    """

    def __init__(
        self,
        root: Path,
        *,
        verify: bool = False,
        measure: Callable[[Path], ClipFacts] | None = None,
    ) -> None:
        self.root = root
        self._verify = verify
        self._measure = measure
        self._records: dict[Digest, ClipRecord] = {}
        self._states: dict[Digest, ClipState] = {}

    @property
    def fitted(self) -> Path:
        """Where copies of pictures lie that a route could not take as they are."""
        return self.root / "fitted"

    def incoming(self, suffix: str = ".mp4") -> Path:
        """A new path to make something at, on the store's own disk.

        Raises:
            StoreError: the store's folder cannot be written.
        """
        folder = self.root / "incoming"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            readme = self.root / "README.md"
            if not readme.exists():
                write_whole(readme, _README)
        except OSError as error:
            raise _cannot_write(self.root, error) from error
        return folder / f"{uuid.uuid4().hex}{suffix}"

    def admit(self, made: Path, facts: ClipFacts, made_for: MadeFor) -> Clip:
        """Take a whole clip in; the file at ``made`` is moved away.

        A clip already here keeps its bytes and learns what else it was made for.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        try:
            digest = digest_of_file(made)
            with self._alone():
                path = self._clip_path(digest)
                if self.state(digest, fresh=True) != "good":
                    _move_in(made, path)
                made.unlink(missing_ok=True)
                self._write_record(digest, path, facts, made_for)
                self._index(made_for.key, digest)
        except OSError as error:
            raise _cannot_write(self.root, error) from error
        self._states[digest] = "good"
        return Clip(digest, path, facts)

    def also_for(self, digest: Digest, made_for: MadeFor) -> None:
        """Let a clip that is here answer one more request; what is known of it stays.

        Raises:
            StoreError: the folder cannot be written.
        """
        try:
            with self._alone():
                self._records.pop(digest, None)  # another process may have added to it
                record = self.record(digest)
                if record is None:
                    return
                if record.for_key(made_for.key) is None:
                    self._save(digest, record.also_for(made_for))
                self._index(made_for.key, digest)
        except OSError as error:
            raise _cannot_write(self.root, error) from error

    def clip(self, digest: Digest) -> Clip:
        """A clip that is good.

        Raises:
            StoreError: it is missing, or its file is not what was stored.
        """
        state = self.state(digest)
        record = self.record(digest)
        if state != "good" or record is None:
            raise StoreError(
                f"Clip {digest[:12]} is {state} in the store.",
                details=str(self._clip_path(digest)),
                hint="Run storyreel plan to see which shot it was, and render to make it again.",
            )
        return Clip(digest, self._clip_path(digest), record.facts)

    def clips_for(self, key: TakeKey) -> tuple[Digest, ...]:
        """The good clips made for ``key``, oldest first."""
        try:
            listed: Sequence[Digest] = _digests_in(load_json(self._key_path(key)))
        except (OSError, ValueError, KeyError):  # lost or torn: the records know
            listed = self._by_key.get(key, ())
        return tuple(digest for digest in listed if self.state(digest) == "good")

    def state(self, digest: Digest, *, fresh: bool = False) -> ClipState:
        """Whether a clip's file is whole.

        Size and time of change are compared with the record; where they differ, or ``fresh`` is
        asked, the bytes are read and hashed again.
        """
        if fresh or digest not in self._states:
            self._states[digest] = self._look(digest, fresh=fresh or self._verify)
        return self._states[digest]

    def record(self, digest: Digest) -> ClipRecord | None:
        """A clip's record; none if there is none or it cannot be read."""
        if digest not in self._records:
            try:
                self._records[digest] = record_from_json(load_json(self._record_path(digest)))
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                return None
        return self._records[digest]

    def digests(self) -> Iterator[Digest]:
        """Every clip here."""
        for path in sorted((self.root / "clips").glob("*/*.mp4")):
            if is_digest(path.stem):
                yield Digest(path.stem)

    def drop(self, digest: Digest) -> int:
        """Remove a clip, its record and its frames; the bytes freed."""
        freed = 0
        with self._alone():
            clip = self._clip_path(digest)
            frames = (self.root / "frames" / digest[:2]).glob(f"{digest}-*")
            for path in (self._record_path(digest), clip, *frames):
                if path.exists():
                    freed += path.stat().st_size
                    path.chmod(0o644)
                    path.unlink()
        self._states.pop(digest, None)
        self._records.pop(digest, None)
        return freed

    def frame_path(self, digest: Digest, index: int) -> Path:
        """Where frame ``index`` of a clip is kept as a PNG, its record beside it."""
        return self.root / "frames" / digest[:2] / f"{digest}-{index}.png"

    def poster_path(self, digest: Digest, index: int) -> Path:
        """Where frame ``index`` of a clip is kept small, to be looked at; free to make again."""
        return self.frame_path(digest, index).with_suffix(".jpg")

    def _clip_path(self, digest: Digest) -> Path:
        return self.root / "clips" / digest[:2] / f"{digest}.mp4"

    def _record_path(self, digest: Digest) -> Path:
        return self._clip_path(digest).with_suffix(".json")

    def _key_path(self, key: TakeKey) -> Path:
        return self.root / "keys" / f"{key}.json"

    def _alone(self) -> Any:
        return held(self.root / "store.flock")

    def _look(self, digest: Digest, *, fresh: bool) -> ClipState:
        path, record = self._clip_path(digest), self.record(digest)
        try:
            found = path.stat()
        except OSError:
            return "missing"
        known = record and (record.bytes, record.changed_ns) == (found.st_size, found.st_mtime_ns)
        if known and not fresh:
            return "good"
        if (record and record.bytes != found.st_size) or digest_of_file(path) != digest:
            return "torn"
        record = record or self._measured(digest, path)
        if record is None:
            return "torn"
        if not known:  # copied here: the bytes are right, remember this file's time
            with contextlib.suppress(OSError):  # a store that may only be read is still good
                self._save(digest, record.seen(found.st_size, found.st_mtime_ns))
        return "good"

    def _measured(self, digest: Digest, path: Path) -> ClipRecord | None:
        """A new record for a whole clip whose own was lost; it may have been paid for."""
        if self._measure is None:
            return None
        try:
            record = ClipRecord(digest, 0, 0, self._measure(path), ())
        except MediaError:
            return None
        self._records[digest] = record
        return record

    def _write_record(
        self, digest: Digest, path: Path, facts: ClipFacts, made_for: MadeFor
    ) -> None:
        found = path.stat()
        self._records.pop(digest, None)  # another process may have added to it
        before = self.record(digest) or ClipRecord(digest, 0, 0, facts, ())
        record = before.seen(found.st_size, found.st_mtime_ns).also_for(made_for)
        self._save(digest, record)

    def _save(self, digest: Digest, record: ClipRecord) -> None:
        text = json.dumps(record_to_json(record), indent=1, ensure_ascii=False)
        write_whole(self._record_path(digest), text + "\n")
        self._records[digest] = record

    def _index(self, key: TakeKey, digest: Digest) -> None:
        clips = list(dict.fromkeys((*self.clips_for(key), digest)))
        write_whole(self._key_path(key), json.dumps({"clips": clips}) + "\n")

    @functools.cached_property
    def _by_key(self) -> Mapping[TakeKey, Sequence[Digest]]:
        """What the records say; read once, when a key's own file does not answer."""
        found: dict[TakeKey, list[Digest]] = {}
        for digest in self.digests():
            record = self.record(digest)
            for made in record.made if record else ():
                found.setdefault(made.key, []).append(digest)
        return found


def _digests_in(data: Mapping[str, Any]) -> list[Digest]:
    """The digests a key's file lists.

    Raises:
        ValueError, KeyError: it lists none, or something else.
    """
    listed = data["clips"]
    if not (isinstance(listed, list) and all(map(is_digest, listed))):
        raise ValueError("no list of digests")
    return [Digest(digest) for digest in listed]


def _move_in(made: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    made.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    if path.exists():
        path.chmod(0o644)  # a torn file stands here; Windows renames over no read-only file
    made.replace(path)
    sync_folder(path.parent)


def _cannot_write(root: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The store cannot be written: {error.strerror or error}.",
        details=str(root),
        hint="Free some room or check the folder's rights, then run again; nothing is lost.",
    )
