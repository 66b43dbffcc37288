"""The record beside each clip: what it is, and everything it was made for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import Any

from pipeline.ids import Digest, TakeKey
from pipeline.media.facts import ClipFacts, SoundFacts

SCHEMA = 1
_FRACTIONS = ("rate", "sample_aspect")


@dataclass(frozen=True, slots=True)
class MadeFor:
    """One request a clip answers.

    ``fields`` is the request as text (``plan/request.py``), ``label`` the shot's name when it was
    made; ``price`` is ``free``, or what was paid.
    """

    key: TakeKey
    label: str
    fields: Mapping[str, str]
    model: str
    variation: int = 1
    seed: int | None = None
    route: str | None = None
    job: str | None = None
    price: str = "free"
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """A clip's file and facts; ``bytes`` and ``changed_ns`` are of the file when it was whole."""

    digest: Digest
    bytes: int
    changed_ns: int
    facts: ClipFacts
    made: tuple[MadeFor, ...]

    def seen(self, size: int, changed_ns: int) -> ClipRecord:
        """The record of the same clip in a file of this size and time."""
        return replace(self, bytes=size, changed_ns=changed_ns)

    def also_for(self, made_for: MadeFor) -> ClipRecord:
        """The record with one more request, or the newer words for the same key."""
        others = tuple(made for made in self.made if made.key != made_for.key)
        return replace(self, made=(*others, made_for))

    def for_key(self, key: TakeKey) -> MadeFor | None:
        """What was made for ``key``."""
        return next((made for made in self.made if made.key == key), None)

    @property
    def paid(self) -> bool:
        """Whether money went into it, or may have: nobody knows what a lost record said."""
        return not self.made or any(made.price != "free" for made in self.made)


def record_to_json(record: ClipRecord) -> dict[str, Any]:
    """A record as plain JSON data."""
    facts = asdict(record.facts)
    for name in _FRACTIONS:
        facts[name] = str(facts[name])
    made = [{**asdict(m), "fields": dict(m.fields), "notes": list(m.notes)} for m in record.made]
    return {
        "schema": SCHEMA,
        "digest": record.digest,
        "bytes": record.bytes,
        "changed_ns": record.changed_ns,
        "facts": facts,
        "made": made,
    }


def record_from_json(data: dict[str, Any]) -> ClipRecord:
    """A record from plain JSON data.

    Raises:
        ValueError, KeyError, TypeError: it is no record this version can read.
    """
    if data["schema"] != SCHEMA:
        raise ValueError(f"record schema {data['schema']}")
    facts = dict(data["facts"])
    sound = facts.pop("sound")
    if not re.fullmatch(r"[1-9]\d*(/[1-9]\d*)?", facts["rate"]):
        raise ValueError(f"frames a second: {facts['rate']}")
    return ClipRecord(
        digest=Digest(data["digest"]),
        bytes=int(data["bytes"]),
        changed_ns=int(data["changed_ns"]),
        facts=ClipFacts(
            **{**facts, **{name: Fraction(facts[name]) for name in _FRACTIONS}},
            sound=SoundFacts(**sound) if sound else None,
        ),
        made=tuple(MadeFor(**{**m, "notes": tuple(m["notes"])}) for m in data["made"]),
    )
