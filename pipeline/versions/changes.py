"""Two versions of a film -> what changed in it, in film words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Literal

from pipeline.graph import ShotGraph
from pipeline.ids import Digest, ShotId
from pipeline.plan.step import Plan, Step
from pipeline.plan.take import Lock
from pipeline.storyboard.model import Storyboard
from pipeline.storyboard.prompt import mentions
from pipeline.storyboard.resolver import Draft
from pipeline.storyboard.shot import Film, Picture, Shot
from pipeline.versions.aspects import Aspect, Kind, Seen
from pipeline.versions.film_aspects import SeenFilm
from pipeline.versions.pairing import Names, Pair, moved, paired, renamed
from pipeline.versions.reach import Fate, Reached, reached

Status = Literal["added", "cut", "kept"]

ANOTHER = "another file"
"""What is told of a file that bears the name of the one before and is not the same."""


@dataclass(frozen=True, slots=True)
class Side:
    """All that is compared of one version."""

    board: Storyboard
    film: Film
    graph: ShotGraph
    plan: Plan
    lock: Lock
    draft: Draft | None
    pictures: Mapping[str, Digest]
    subtitles: Digest | None

    @property
    def steps(self) -> dict[ShotId, Step]:
        """The plan's, by shot."""
        return {step.shot.id: step for step in self.plan.steps}


@dataclass(frozen=True, slots=True)
class Change:
    """A field, what it said and what it says; absent where nothing was, or is, said."""

    kind: Kind
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """Which shot it stood behind, and which it stands behind now; absent at the beginning."""

    old: ShotId | None
    new: ShotId | None


@dataclass(frozen=True, slots=True)
class ShotChanges:
    """What became of one shot; ``id`` is its name now, of one that was cut the last it had.

    ``fate`` says whether it is asked for as before; one that ``follows`` starts on frames of shots
    that are not, and may come out as it was. ``behind`` is the shot it stands or stood behind.
    """

    id: ShotId
    status: Status
    behind: ShotId | None
    seconds: Fraction
    was: ShotId | None = None
    move: Move | None = None
    changes: tuple[Change, ...] = ()
    fate: Fate = "same"
    follows: tuple[ShotId, ...] = ()

    @property
    def told(self) -> bool:
        """Whether the board says anything else of it; else a change elsewhere may reach it."""
        return self.status != "kept" or bool(self.was or self.move or self.changes)


@dataclass(frozen=True, slots=True)
class FilmChange:
    """A change of the whole film; ``reaches`` are shots that ask for something else by it.

    ``onward`` are those that start on their frames, near or far.
    """

    change: Change
    reaches: tuple[ShotId, ...] = ()
    onward: tuple[ShotId, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that changed: of the film, and every shot of both versions exactly once."""

    film: tuple[FilmChange, ...]
    shots: tuple[ShotChanges, ...]

    @property
    def nothing(self) -> bool:
        """Whether both versions are the same film."""
        return not self.film and not any(one.told or one.fate != "same" for one in self.shots)


def changes_between(old: Side, new: Side) -> Changes:
    """Compare two versions; comments, formatting and the order of references are no change."""
    now, before = new.steps, old.steps
    known = {step.renamed_from: name for name, step in now.items() if step.renamed_from}
    names = renamed(old.film, new.film, known)
    pairs = paired(old.film, new.film, names)
    found = reached(pairs, before, now, new.graph, names)
    shots = tuple(_Comparing(old, new, before, now, names, found).all(pairs))
    film = tuple(_of_film(old, new, names, pairs, found))
    return Changes(film, shots)


@dataclass(frozen=True, slots=True)
class _Comparing:
    old: Side
    new: Side
    before: Mapping[ShotId, Step]
    now: Mapping[ShotId, Step]
    names: Names
    found: Mapping[ShotId, Reached]

    def all(self, pairs: Sequence[Pair]) -> Iterator[ShotChanges]:
        was_moved = moved(pairs)
        behind_then = _behind([self.names.get(shot.id, shot.id) for shot in self.old.film.shots])
        behind_now = _behind([shot.id for shot in self.new.film.shots])
        for pair in pairs:
            old, new = pair.old, pair.new
            if new is None and old is not None:
                behind = behind_then[old.id]
                yield ShotChanges(old.id, "cut", behind, _shown(old, self.old))
            elif new is not None:
                at = Move(behind_then.get(new.id), behind_now[new.id])
                yield self._there(old, new, at, was_moved=new.id in was_moved)

    def _there(self, old: Shot | None, new: Shot, at: Move, *, was_moved: bool) -> ShotChanges:
        became = self.found[new.id]
        return ShotChanges(
            new.id,
            "kept" if old else "added",
            at.new,
            _shown(new, self.new),
            was=old.id if old and old.id != new.id else None,
            move=at if was_moved else None,
            changes=tuple(self._changes(old, new)) if old else (),
            fate=became.fate,
            follows=became.follows,
        )

    def _changes(self, old: Shot, new: Shot) -> Iterator[Change]:
        step = self.now[new.id]
        takes = self.new.lock.of(step.renamed_from or new.id)
        then = _seen(self.old, old, self.before[old.id], self.names)
        there = Seen(
            step.shot, self.new.board.shots[new.place], self.new.board, self.new.film.rate, step,
            takes, {},
        ).aspects()  # fmt: skip
        another_model = old.model != new.model
        for change in _between(then, there):
            if not (another_model and change.field in _OF_A_MODEL):
                yield change


_OF_A_MODEL = frozenset({"routes", "seed"})  # they go with it, and are not told beside it


def _seen(side: Side, shot: Shot, step: Step, names: Names) -> dict[str, Aspect]:
    takes = side.lock.of(step.renamed_from or shot.id)
    entry = side.board.shots[shot.place]
    return Seen(step.shot, entry, side.board, side.film.rate, step, takes, names).aspects()


def _between(old: Mapping[str, Aspect], new: Mapping[str, Aspect]) -> Iterator[Change]:
    for field in dict.fromkeys((*old, *new)):
        change = _changed(old.get(field), new.get(field))
        if change:
            yield change


def _changed(old: Aspect | None, new: Aspect | None) -> Change | None:
    one = new or old
    if one is None or (old and new and old.value == new.value):
        return None
    before, now = old.text if old else "", new.text if new else ""
    if not before and not now:
        return None
    if before == now:
        now = f"{now} ({ANOTHER})"
    return Change(one.kind, one.field, before or None, now or None)


def _behind(order: Sequence[ShotId]) -> dict[ShotId, ShotId | None]:
    return dict(zip(order, (None, *order), strict=False))


def _shown(shot: Shot, side: Side) -> Fraction:
    return shot.cut / side.film.rate


def _of_film(
    old: Side, new: Side, names: Names, pairs: Sequence[Pair], found: Mapping[ShotId, Reached]
) -> Iterator[FilmChange]:
    was, now = _seen_film(old, names), _seen_film(new, {})
    for change in _between(was.aspects(), now.aspects()):
        reaches = _reached_by(change.field, new, pairs, found)
        onward = new.graph.built_on(reaches) - set(reaches)
        follow = (s.id for s in new.film.shots if s.id in onward and found[s.id].fate == "follows")
        yield FilmChange(change, reaches, tuple(follow))
    for before, there in (
        (was.music(), now.music()),
        (was.voices(), now.voices()),
        (was.cues(), now.cues()),
    ):
        yield from map(FilmChange, _in_lists(before, there))


def _seen_film(side: Side, names: Names) -> SeenFilm:
    return SeenFilm(side.board, side.film, side.draft, side.pictures, side.subtitles, names)


def _in_lists(old: Sequence[Aspect], new: Sequence[Aspect]) -> Iterator[Change]:
    """What was taken from a list, put into it, or stands in another's place."""
    was, now = ([repr(one.value) for one in side] for side in (old, new))
    for kind, i, j, m, n in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for place in range(max(j - i, n - m)):
            before = old[i + place] if i + place < j else None
            after = new[m + place] if m + place < n else None
            if change := _changed(before, after):
                yield change


def _reached_by(
    field: str, new: Side, pairs: Sequence[Pair], found: Mapping[ShotId, Reached]
) -> tuple[ShotId, ...]:
    """The shots that were there and ask for something else, as far as ``field`` is why."""
    kept = [pair.new for pair in pairs if pair.old and pair.new]
    anew = [shot for shot in kept if found[shot.id].fate == "anew"]
    if field == "look":
        own = {entry.id for entry in new.board.shots if entry.look is not None}
        in_defaults = new.board.defaults.look is not None
        return () if in_defaults else tuple(shot.id for shot in anew if shot.id not in own)
    if field == "seed":
        return tuple(shot.id for shot in anew if not shot.seed_written)
    group, _, name = field.partition(".")
    if group == "references":
        return tuple(shot.id for shot in anew if _uses(new, shot, name))
    return ()


def _uses(side: Side, shot: Shot, name: str) -> bool:
    """Whether a shot shows a reference, or speaks of it."""
    if any(isinstance(source, Picture) and source.name == name for source in shot.sources):
        return True
    entry = side.board.shots[shot.place]
    return any(mention.name == name for mention in mentions(entry.prompt or ""))
