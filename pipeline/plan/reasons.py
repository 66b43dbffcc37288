"""Why a take is made anew, and what is to be known of the one that serves, in words. Pure."""

from __future__ import annotations

from pipeline.ids import Digest, TakeKey
from pipeline.models.catalog import ANIMATIC
from pipeline.plan.facts import Facts
from pipeline.plan.request import Request
from pipeline.plan.serving import answers
from pipeline.plan.take import ShotTakes, Take
from pipeline.storyboard.shot import Shot

PICTURES = frozenset({"first_frame", "last_frame", "references"})
"""The fields of a request that are pictures."""


def changed_fields(facts: Facts, request: Request, take: Take) -> tuple[str, ...] | None:
    """Which fields differ from a take's request; none where that is not recorded."""
    made = facts.made(take.clip, take.key)
    if made is None or not made.fields:
        return None
    now, before = request.as_taken(take.variation, take.seed).fields(), made.fields
    unknown = _fields_of(request)
    names = dict.fromkeys((*now, *before))
    return tuple(n for n in names if n not in unknown and now.get(n) != before.get(n))


def serving_note(facts: Facts, shot: Shot, request: Request, take: Take, takes: ShotTakes) -> str:
    """What is to be known of the take that serves; nothing where it is like any other."""
    label = label_note(facts, shot, take.clip, take.key)
    if take.clip == takes.pick:
        return "; ".join(filter(None, (f"take {take.number}, picked", label)))
    stale = pick_note(facts, request, takes)
    return f"take {take.number}; {stale}" if stale else label


def pick_note(facts: Facts, request: Request, takes: ShotTakes) -> str:
    """That a person's pick does not serve, for the shot asks for something else now."""
    pick = takes.picked()
    if pick is None or pick.clip in takes.rejected:
        return ""
    if request.key is not None and answers(request, pick):
        return ""
    return f"pick {pick.number} was made {old_words(facts, request, pick)}"


def old_words(facts: Facts, request: Request, take: Take) -> str:
    """What another request a take was made for."""
    changed = changed_fields(facts, request, take)
    return f"for the old {' and '.join(changed)}" if changed else "for another request"


def label_note(facts: Facts, shot: Shot, clip: Digest, key: TakeKey) -> str:
    """The animatic burns the shot's name in: say when the picture shows another."""
    made = facts.made(clip, key)
    if made is None or made.label in ("", shot.id) or shot.model != ANIMATIC:
        return ""
    return f"its picture says {made.label}; --force {shot.id} draws it anew"


def _fields_of(request: Request) -> set[str]:
    """The fields that hold a picture nobody knows yet."""
    fields = {
        "first_frame": request.first_frame,
        "last_frame": request.last_frame,
        "references": None if None in request.references else "known",
    }
    return {name for name, known in fields.items() if known is None and request.unknown}
