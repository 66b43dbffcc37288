"""What a version says of one shot: field by field, what counts and how people read it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.models.catalog import CARD
from pipeline.plan.step import Step
from pipeline.plan.take import ShotTakes
from pipeline.storyboard.card import background_picture
from pipeline.storyboard.framing import Point
from pipeline.storyboard.model import ShotEntry, Storyboard, Trim
from pipeline.storyboard.shot import Shot
from pipeline.timing import parse_length, spell_seconds
from pipeline.versions.pairing import Names, source_value

Kind = Literal["reprompted", "reseeded", "retimed", "repicked", "changed"]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One field: ``value`` is compared, ``text`` is read; an empty text is "nothing said"."""

    field: str
    value: object
    text: str
    kind: Kind = "changed"


@dataclass(frozen=True, slots=True)
class Seen:
    """A shot in one version; ``names`` are of shots renamed since, empty for the version now."""

    shot: Shot
    entry: ShotEntry
    board: Storyboard
    rate: Fraction
    step: Step
    takes: ShotTakes
    names: Names

    def aspects(self) -> dict[str, Aspect]:
        """All of them, by field, in the order they are told."""
        found = (*self._made_of(), *self._pictures(), *self._in_time(), *self._in_film())
        return {one.field: one for one in (*found, *self._chosen())}

    def _made_of(self) -> Iterator[Aspect]:
        shot, entry = self.shot, self.entry
        words = " ".join(entry.prompt.split()) if entry.prompt else ""
        yield Aspect("prompt", words, words, "reprompted")
        card = shot.card
        if card:
            yield Aspect("text", card.text, " / ".join(card.text.splitlines()), "reprompted")
            yield Aspect("colour", card.colour, card.colour)
            yield Aspect("align", card.align, card.align)
            yield Aspect("font", card.font and card.font.digest, self._font() if card.font else "")
        yield Aspect("clip", shot.clip and shot.clip.digest, entry.clip or "")
        yield _said("model", shot.model)
        yield _said("routes", ", ".join(shot.routes))
        yield _said("resolution", shot.resolution if not shot.clip else "")
        yield _said("aspect", shot.aspect if not shot.clip else "")
        parts = (shot.camera.size, shot.camera.move, shot.camera.lens)
        yield Aspect("camera", shot.camera, ", ".join(part for part in parts if part))
        yield _said("look", " ".join(shot.look.split()))
        seed = self.step.as_said.seed
        yield Aspect("seed", seed, "" if seed is None else str(seed), "reseeded")

    def _font(self) -> str:
        return self.entry.font or self.board.defaults.font or ""

    def _pictures(self) -> Iterator[Aspect]:
        shot, entry, names = self.shot, self.entry, self.names
        first, last = (source_value(s, names) for s in (shot.first_frame, shot.last_frame))
        yield Aspect("first_frame", first, entry.first_frame or "")
        yield Aspect("last_frame", last, entry.last_frame or "")
        shown = tuple(source_value(source, names) for source in shot.references)
        if shot.model == CARD and shot.card:
            ground = background_picture(self.board, entry) or shot.card.background
            yield Aspect("background", shown or shot.card.background, ground)
        else:
            yield Aspect("references", shown, ", ".join(entry.references or ()))
        after = [names.get(other, other) for other in shot.after]
        yield Aspect("after", frozenset(after), ", ".join(after))

    def _in_time(self) -> Iterator[Aspect]:
        shot, rate = self.shot, self.rate
        yield Aspect("duration", shot.wanted, spell_seconds(shot.wanted), "retimed")
        trim = self.entry.trim or Trim()
        ends = {"in": trim.head, "out": trim.tail}
        lengths = {word: parse_length(end).at(rate) for word, end in ends.items() if end}
        said = {word: seconds for word, seconds in lengths.items() if seconds}
        yield Aspect("trim", said, ", ".join(f"{w} {spell_seconds(s)}" for w, s in said.items()))
        use = shot.use
        yield Aspect("speed", use.speed, f"{float(use.speed):g}")
        yield Aspect("hold", use.hold, _frames(use.hold))
        yield Aspect("handles", (use.before, use.after), _frames(use.after))

    def _in_film(self) -> Iterator[Aspect]:
        shot, names = self.shot, self.names
        comes = shot.transition
        yield Aspect("transition", comes, f"{comes.kind} {comes.frames}f" if comes else "cut")
        yield Aspect("fade_in", shot.fade_in, _frames(shot.fade_in))
        yield Aspect("fade_out", shot.fade_out, _frames(shot.fade_out))
        yield _said("fit", shot.fit)
        yield Aspect("focus", shot.focus, _point(shot.focus))
        match = names.get(shot.match, shot.match) if shot.match else None
        yield _said("match", match or "")
        yield _said("audio", "mute" if shot.muted else "keep")
        yield Aspect("level", shot.level, f"{shot.level:+g}dB")
        yield _said("scene", shot.scene or "")
        yield _said("beat", shot.beat or "")

    def _chosen(self) -> Iterator[Aspect]:
        shot, takes = self.shot, self.takes
        yield Aspect("takes", shot.takes, str(shot.takes))
        yield _said("on_refusal", shot.on_refusal)
        picked = takes.picked()
        held = ", held" if takes.held else ""
        words = f"take {picked.number}{held}" if picked else takes.pick or ""
        yield Aspect("pick", (takes.pick, takes.held), words, "repicked")
        numbers = sorted(take.number for take in takes.takes if take.clip in takes.rejected)
        yield Aspect("rejected", takes.rejected, ", ".join(f"take {n}" for n in numbers))


def _said(field: str, text: str) -> Aspect:
    return Aspect(field, text, text)


def _frames(count: int) -> str:
    return f"{count}f" if count else ""


def _point(point: Point) -> str:
    return " ".join(f"{float(share):g}%" for share in point)
