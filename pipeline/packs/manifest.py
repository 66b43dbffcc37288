"""What a pack says of itself: which film, made with what, and each member's size and digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.ids import Digest, is_digest
from pipeline.packs.names import MANIFEST, PROJECT, clashing, why_not
from pipeline.places import SUFFIX

KIND = "storyreel-pack"
SCHEMA = 1
SUFFIX_OF_A_PACK = ".storyreel-pack.zip"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a pack, by size and digest."""

    bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Manifest:
    """A pack's manifest.

    ``storyreel`` and ``tools`` are the versions the film was cut with; ``board`` is the board's
    path in the project; ``draft`` says that it is the draft's film, of the size ``resolution`` if
    it has one of its own; ``film`` is the film's digest, where it was cut; ``missing`` are shots
    whose clips are not in it.
    """

    storyreel: str
    tools: str
    board: str
    draft: bool
    resolution: str | None
    film: Digest | None
    missing: tuple[str, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The board's name."""
        return self.board.rpartition("/")[2].removesuffix(SUFFIX)


def manifest_text(manifest: Manifest) -> str:
    """A manifest as JSON; equal ones give equal text."""
    members = {
        name: {"bytes": one.bytes, "digest": one.digest}
        for name, one in sorted(manifest.members.items())
    }
    document = {
        "kind": KIND,
        "schema": SCHEMA,
        "storyreel": manifest.storyreel,
        "tools": manifest.tools,
        "board": manifest.board,
        "draft": manifest.draft,
        "resolution": manifest.resolution,
        "film": manifest.film,
        "missing": list(manifest.missing),
        "members": members,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read_manifest(data: bytes) -> Manifest:
    """A manifest, trusting nothing in it: what it names becomes paths.

    Raises:
        ValueError: it is none that this version knows; the message says why, for people.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("its manifest is no JSON") from error
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ValueError("it was not packed by storyreel")
    if document.get("schema") != SCHEMA:
        told = str(document.get("storyreel"))[:20]
        raise ValueError(f"it was packed by another storyreel ({told}): use that one")
    try:
        return _manifest(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("its manifest is not as storyreel writes it") from error


def _manifest(document: dict[str, Any]) -> Manifest:
    manifest = Manifest(
        storyreel=_text(document["storyreel"]),
        tools=_text(document["tools"]),
        board=_text(document["board"]),
        draft=document["draft"] is True,
        resolution=None if document["resolution"] is None else _text(document["resolution"]),
        film=None if document["film"] is None else _digest(document["film"]),
        missing=tuple(map(_text, document["missing"])),
        members={name: _member(name, one) for name, one in document["members"].items()},
    )
    if not manifest.board.endswith(SUFFIX) or f"{PROJECT}{manifest.board}" not in manifest.members:
        raise ValueError("it holds no storyboard")
    if (clash := clashing((MANIFEST, *manifest.members))) is not None:
        raise ValueError(f"two of its files would lie in one place: {_shown(clash)}")
    return manifest


def _member(name: str, one: Mapping[str, Any]) -> Member:
    if (why := why_not(name)) is not None or name == MANIFEST:
        raise ValueError(f"it holds {_shown(name)}: {why or 'twice'}")
    size = one["bytes"]
    if type(size) is not int or size < 0:
        raise TypeError(name)
    return Member(size, _digest(one["digest"]))


def _shown(name: str) -> str:
    """A stranger's name, such as can be shown on a terminal."""
    return ascii(name[:100])


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(value)
    return value


def _digest(value: object) -> Digest:
    if not is_digest(value):
        raise TypeError(value)
    return Digest(str(value))
