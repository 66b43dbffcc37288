"""A board with faults of shape -> one without, so that the rules find what else is wrong with it.

What cannot be read is taken out, or something that means nothing is put in its place: a name of
nothing, a length beyond all lengths. Rules pass over what they do not know, so little follows from
it; what would follow all the same is kept in ``Doubts`` and never told.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ids import ShotId
from pipeline.storyboard.doubts import Doubts, made_up_id
from pipeline.storyboard.fault import Path, Places
from pipeline.storyboard.keys import meant_place
from pipeline.storyboard.prompt import unspoken
from pipeline.storyboard.sources import shot_in
from pipeline.storyboard.wording import called_at, shot_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_MENDED = 5_000
"""Faults of shape; of a board with more, nothing else is worth telling."""

_NOTHING = "\0"  # the name of nothing: no board holds a NUL
_STAND_INS: Mapping[str, object] = {
    "storyboard": 1,
    "title": "-",
    "format": {"aspect": "1:1", "resolution": "64p"},
    "look": " ",
    "seed": 0,
    "references": {},
    "model": _NOTHING,
    "routes": (_NOTHING,),
    "duration": "99:59:59:00",
    "aspect": "1:1",
    "resolution": "64p",
    "fps": 24,
    "prompt": "-",
    "clip": _NOTHING,
    "text": "-",
    "font": _NOTHING,
    "colour": _NOTHING,
    "background": _NOTHING,
    "first_frame": _NOTHING,
    "last_frame": _NOTHING,
    "image": _NOTHING,
    "images": (_NOTHING,),
}
"""By key, what no rule draws a conclusion from; a key that is not here is left out instead."""
_SILENT = {key: _STAND_INS[key] for key in ("model", "routes", "duration", "aspect", "resolution")}
"""What defaults, or a shot, say so that no rule knows anything of what is made."""
_DEPTHS = {"shots": 3, "references": 3, "defaults": 2, "format": 2}
_BY_ENTRY = ("references", "after", "images")  # a bad entry spoils none beside it
_SHOWN = ("references", "first_frame", "last_frame")
_HANG_ON_RATE = (
    "frame-time", "no-length", "duration-range", "clip-short", "fade-long", "sound-late",
    "music-nothing", "voice-overlap",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pruned:
    """A board's value in the right shape, and what is not known of it."""

    value: dict[str, Any]
    doubts: Doubts


def prune(data: object, errors: list[ErrorDetails], where: Places) -> Pruned | None:
    """The board without what is empty or was refused; None, if there are no shots to look at.

    Args:
        data: what was validated; it is not changed.
        errors: all that pydantic found.
        where: the places of ``data``.
    """
    shots = data.get("shots") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(shots, tuple) or not shots:
        return None
    if len(errors) > MOST_MENDED:
        return None
    wrong = [*((error["loc"], error["type"]) for error in errors), *_empty_places(data)]
    pruning = _Pruning(data, where)
    for loc, kind in sorted(wrong, key=lambda place: len(place[0])):  # the whole before its parts
        pruning.mend(loc, kind)
    return pruning.done()


def _empty_places(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The keys without a value: what the author meant to say there is not known."""
    waiting: list[tuple[Path, object]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            yield from (((*path, key), "empty") for key, held in value.items() if held is None)
            waiting += [((*path, key), held) for key, held in value.items()]
        elif path == ("shots",) and isinstance(value, tuple):
            waiting += [((*path, place), held) for place, held in enumerate(value)]


class _Pruning:
    """A copy of a board, mended fault by fault."""

    def __init__(self, data: dict[str, Any], where: Places) -> None:
        self.data = data
        self.where = where
        self.board = {key: _own(value) for key, value in data.items()}
        self.shots = [_own(shot) for shot in data["shots"]]
        written = data.get("references")
        self.references: dict[str, Any] = {}
        if isinstance(written, dict):
            self.references = {name: _own(entry) for name, entry in written.items()}
            self.board["references"] = self.references
        self.places: set[Path] = set()
        self.codes: set[str] = set()
        self.bad_entries: dict[Path, list[int]] = {}
        self.nameless: set[int] = set()  # the shots without a usable id
        self.called: dict[int, set[str]] = {}  # what others may call a shot, besides its id
        self.lost: set[str] = set()  # names of what is there but cannot be read
        self.vague: set[int] = set()  # the shots of which it is not known what they show

    def mend(self, loc: Path, kind: str) -> None:
        """Take out, or replace, what is wrong at ``loc``."""
        depth = _DEPTHS.get(str(loc[0]), 1)
        if kind == "extra_forbidden" and len(loc) == depth:
            self._forget(loc)
        elif loc[0] == "references" and loc[2:] == ("[key]",):
            self.references.pop(str(loc[1]), None)
            self.lost.add(str(loc[1]))
        elif len(loc) > depth and loc[depth - 1] in _BY_ENTRY and isinstance(loc[depth], int):
            self.bad_entries.setdefault(loc[:depth], []).append(int(loc[depth]))
        elif loc != ("shots",):  # where all are bad it is also said that there is none
            self._replace(loc[:depth])

    def done(self) -> Pruned:
        """The board, with what hangs on the names that were lost taken out as well."""
        for path, indexes in self.bad_entries.items():
            self._replace_entries(path, indexes)
        names = self._name_the_nameless()
        ids = {shot["id"] for shot in self.shots}
        self.lost = self.lost.union(*self.called.values()) - ids
        self._unlink_the_lost(ids)
        self._silence(ids | self.references.keys())
        if self.nameless:  # what is heard when hangs on the shots' names
            self.board.pop("sound", None)
        self.board["shots"] = tuple(self.shots)
        return Pruned(self.board, Doubts(frozenset(self.places), frozenset(self.codes), names))

    def _replace(self, path: Path) -> None:
        """Let what stands at ``path`` mean nothing."""
        self.places.add(path)
        match path:
            case ("shots", int(place)):
                self.shots[place] = {"prompt": _STAND_INS["prompt"], **_SILENT}
                self._lose_name(place, self.data["shots"][place])
                self.codes.add("unused-reference")
            case ("shots", int(place), "id"):
                self._lose_name(place, self.data["shots"][place].get("id"))
            case ("shots", _, "references"):
                self._put(path, (_NOTHING,))
            case ("references", str(name)):
                self.places.discard(path)  # it is there, under its name
                self.references[name] = {}
                self._replace((*path, "image"))
            case ("defaults",):
                self._put(path, dict(_SILENT))
            case _:
                self._put(path, _own(_STAND_INS.get(str(path[-1]))))
        self._doubt_what_follows(path)

    def _doubt_what_follows(self, path: Path) -> None:
        if path == ("references",):
            self.codes.add("unknown-reference")
        elif path in {("format",), ("format", "fps")}:
            self.codes.update(_HANG_ON_RATE)
        elif path == ("sound",):
            self.codes.add("deliver-subtitles")  # its voice-over may have texts
        elif path[0] == "shots" and path[2:] == ("prompt",):
            self.codes.add("unused-reference")
        elif path[0] == "shots" and path[2:3] and path[2] in _SHOWN:
            self.vague.add(int(path[1]))

    def _put(self, path: Path, value: object) -> None:
        holder = self._holder(path[:-1])
        if holder is not None and value is None:
            holder.pop(str(path[-1]), None)
        elif holder is not None:
            holder[str(path[-1])] = value

    def _holder(self, path: Path) -> dict[str, Any] | None:
        """The mapping at ``path``, ours to change."""
        found: object = self.board
        match path:
            case ("shots", int(place)):
                found = self.shots[place]
            case ("references", str(name)):
                found = self.references.get(name)
            case (str(key),):
                found = self.board.get(key)
            case _:
                pass
        return found if isinstance(found, dict) else None

    def _forget(self, path: Path) -> None:
        """Take out an unknown key, and doubt what it may have been meant for."""
        around, key = path[:-1], str(path[-1])
        holder = self._holder(around)
        if holder is None:
            return
        value = holder.pop(key, None)
        if meant := meant_place(key, around):
            self._doubt(meant, value)
        elif around[:1] == ("shots",):
            self.vague.add(int(around[1]))
        elif around[:1] == ("references",) and not holder.keys() & {"image", "images"}:
            self._replace((*around, "image"))
        elif around == () and isinstance(value, (dict, tuple)):
            self._doubt(("references",), value)

    def _doubt(self, place: Path, value: object) -> None:
        """Nothing is known of ``place`` but what is written there itself."""
        if place[0] in ("format", "defaults") and len(place) == 2:
            self.board.setdefault(str(place[0]), {})
        if place[0] == "shots" and place[-1] == "id":
            self._hear_name(int(place[1]), value)
            return
        holder = self._holder(place[:-1])
        if holder is not None and place[-1] not in holder:
            self._replace(place)

    def _lose_name(self, place: int, written: object) -> None:
        self.nameless.add(place)
        self._hear_name(place, written)

    def _hear_name(self, place: int, written: object) -> None:
        """Remember what others may call the shot at ``place``."""
        spot = self.where.spots.get(("shots", place, "id"))
        if isinstance(written, (int, float)) and spot:
            written = self.where.source.text[spot.start : spot.end]
        if isinstance(written, str) and written.strip():
            self.called.setdefault(place, set()).add(written.strip())

    def _replace_entries(self, path: Path, indexes: Iterable[int]) -> None:
        holder = self._holder(path[:-1])
        if holder is None or path in self.places:
            return
        entries = list(holder[str(path[-1])])
        for index in indexes:
            entries[index] = _NOTHING
            self.places.add((*path, index))
        holder[str(path[-1])] = tuple(entries)
        self._doubt_what_follows(path)

    def _name_the_nameless(self) -> dict[str, tuple[str, ShotId | None]]:
        taken = {shot.get("id") for shot in self.shots if isinstance(shot.get("id"), str)}
        fresh = (made_up_id(number) for number in itertools.count(1))
        free = (name for name in fresh if name not in taken and name not in self.references)
        names = {}
        for place in sorted(self.nameless):
            path = ("shots", place)
            self.shots[place]["id"] = made_up = next(free)
            names[made_up] = called_at(path, self.data), shot_at(self.data, path)
            if place not in self.called:
                self.codes.add("unknown-shot")  # whoever names one may mean this
        return names

    def _unlink_the_lost(self, ids: set[str]) -> None:
        """What names something lost is as good as lost."""
        if not self.nameless and not self.lost:
            return
        for place, shot in enumerate(self.shots):
            for key in (*_SHOWN, "after"):
                written = shot.get(key)
                names = written if isinstance(written, tuple) else (written,) if written else ()
                lost = [at for at, name in enumerate(names) if self._is_lost(name, key, ids)]
                if lost and names is written:
                    self._replace_entries(("shots", place, key), lost)
                elif lost:
                    self._replace(("shots", place, key))

    def _is_lost(self, written: str, key: str, ids: set[str]) -> bool:
        name = written.strip()
        if name in self.references and key in _SHOWN:
            return False  # a shot of that name would be shown by one of its frames
        names = {name, name.rpartition(".")[0], name.rpartition("@")[0]}
        if not self.lost.isdisjoint(names):
            return True
        shot = shot_in(name) if "unknown-shot" in self.codes else None
        return shot is not None and shot not in ids

    def _silence(self, known: set[str]) -> None:
        """Let no prompt speak of what is lost, nor of what its shot may show or not."""
        pictures = {str(path[1]) for path in self.places if path[0] == "references" and path[1:]}
        doubtful, everything = (self.lost - self.references.keys()) | pictures, self.lost | known
        for place, shot in enumerate(self.shots):
            names = everything if place in self.vague else doubtful
            if names and "prompt" in shot:
                shot["prompt"] = unspoken(shot["prompt"], names)
        if self.vague or pictures:
            self.codes.add("unused-reference")


def _own(value: Any) -> Any:
    """A mapping of one's own; anything else is never changed."""
    return dict(value) if isinstance(value, dict) else value
