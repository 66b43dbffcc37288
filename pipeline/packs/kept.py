"""What the store keeps of a clip, as a pack carries it: its record, the frames it handed over."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.ids import Digest, TakeKey, is_digest
from pipeline.media.frames import RECIPE
from pipeline.sidecars.lock_reading import is_key
from pipeline.store.record import ClipRecord, MadeFor, record_from_json, record_to_json

_TEXTS = ("key", "label", "model", "price")
_TEXTS_OR_NONE = ("route", "job")


def record_text(record: ClipRecord, keys: Collection[TakeKey]) -> str:
    """A clip's record with what it was made for in this film, and nothing of the machine."""
    made = sorted((one for one in record.made if one.key in keys), key=lambda one: one.key)
    bare = replace(record, changed_ns=0, made=tuple(made))
    return json.dumps(record_to_json(bare), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read_record(data: bytes, digest: Digest) -> tuple[MadeFor, ...]:
    """What a packed clip was made for; its facts are measured where it arrives.

    Raises:
        ValueError: it is no record of that clip.
    """
    try:
        record = record_from_json(json.loads(data))
        sound = record.digest == digest and bool(record.made) and all(map(_is_sound, record.made))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("a clip's record is not as storyreel writes it") from error
    if not sound:
        raise ValueError("a clip's record is another's, or of nothing")
    return record.made


def _is_sound(made: MadeFor) -> bool:
    """Whether what is said is of the right kinds: the key becomes a file's name."""
    texts: list[Any] = [getattr(made, name) for name in _TEXTS]
    texts += [text for name in _TEXTS_OR_NONE if (text := getattr(made, name)) is not None]
    texts += [*made.fields, *made.fields.values(), *made.notes]
    numbers = (made.variation, 0 if made.seed is None else made.seed)
    return (
        is_key(made.key)
        and all(isinstance(text, str) for text in texts)
        and all(type(number) is int for number in numbers)
    )


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """What is known of a frame that was handed over: its pixels' digest, its file's."""

    pixels: Digest
    file: Digest


def read_frame_record(data: bytes) -> FrameRecord:
    """A frame's record.

    Raises:
        ValueError: it is none, or the frame was taken by another recipe.
    """
    try:
        told: Mapping[str, Any] = json.loads(data)
        recipe, pixels, file = told["recipe"], told["pixels"], told["file"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("a frame's record is not as storyreel writes it") from error
    if recipe != RECIPE or not (is_digest(pixels) and is_digest(file)):
        raise ValueError("a frame was taken by another version of storyreel")
    return FrameRecord(Digest(pixels), Digest(file))


Tell = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""
