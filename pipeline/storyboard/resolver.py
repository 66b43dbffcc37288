"""A checked storyboard -> the film's shots, every default followed and every question answered.

Pure, and but for a draft's resolution it cannot fail on a board that passed ``rules.py``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from pipeline.errors import UsageError
from pipeline.ids import Digest, ShotId
from pipeline.models.abilities import Mode, Model
from pipeline.models.catalog import ANIMATIC, CARD, FOOTAGE, models, routes_serving
from pipeline.storyboard.card import KnownFont, as_card, background_picture
from pipeline.storyboard.footage import KnownClip, as_footage
from pipeline.storyboard.framing import parse_point
from pipeline.storyboard.lengths import (
    clip_seconds,
    fades_of,
    transition_of,
    use_of,
    wanted_seconds,
)
from pipeline.storyboard.matches import match_of
from pipeline.storyboard.model import Camera, ShotEntry, Storyboard, said
from pipeline.storyboard.prompt import compose, expand, mentions, plain_name, spell
from pipeline.storyboard.shot import (
    CameraWords,
    Film,
    FrameOf,
    Picture,
    Prompt,
    Shot,
    Size,
    Source,
)
from pipeline.storyboard.soundtrack import KnownSound, level_of, resolve_sound
from pipeline.storyboard.sources import WrittenFrame, WrittenName, moment_at, parse_source
from pipeline.timing import parse_rate, whole_frames

SEED_RANGE = 2**31
LONGEST_SIDE = 8192
"""Of a film or a clip, in pixels: what H.264 at its highest level still takes."""


class KnownPicture(Protocol):
    """A picture that was looked at."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """Make every shot with the animatic; ``resolution`` instead of the board's, if given.

    Raises:
        UsageError: the resolution is none that can be drawn; it also names a folder.
    """

    resolution: str | None = None

    def __post_init__(self) -> None:
        written = self.resolution
        if written is None:
            return
        short = re.fullmatch(r"([1-9][0-9]{1,3})p", written, re.ASCII)
        if not (short and 64 <= int(short[1]) <= 2160 and int(short[1]) % 2 == 0):
            raise UsageError(
                f"{written} is no resolution for a draft.",
                hint="Write it 240p: an even number from 64 to 2160.",
            )


def resolve_film(
    board: Storyboard,
    pictures: Mapping[str, KnownPicture],
    lines: Mapping[ShotId, int],
    *,
    seeds: Mapping[ShotId, int],
    draft: Draft | None = None,
    clips: Mapping[str, KnownClip] = MappingProxyType({}),
    sounds: Mapping[str, KnownSound] = MappingProxyType({}),
    voice_lines: Sequence[int] = (),
    fonts: Mapping[str, KnownFont] = MappingProxyType({}),
) -> Film:
    """Resolve every shot.

    Args:
        board: a storyboard without faults.
        pictures: by path as written in the board.
        lines: by shot, the line it begins on.
        seeds: pinned seeds, from the lock; a seed in the board goes before them.
        draft: given, the shots are the animatic's, by the real model's rounding and modes. Footage
            stays what it is: it costs nothing.
        clips: of footage, by path as written in the board.
        sounds: music, voices and cues, by path as written in the board.
        fonts: of cards, by path as written in the board.
        voice_lines: where each line of voice-over stands in the board.

    Raises:
        UsageError: at the draft's resolution this film cannot be drawn.
    """
    rate = parse_rate(board.format.fps)
    resolution = (draft and draft.resolution) or board.format.resolution
    resolving = _Resolving(board, pictures, clips, fonts, rate, draft)
    shots = (
        resolving.shot(entry, place, lines[ShotId(entry.id)], seeds)
        for place, entry in enumerate(board.shots)
    )
    ids = [entry.id for entry in board.shots]
    sound = resolve_sound(board.sound, ids, rate, sounds, voice_lines)
    size = size_of(board.format.aspect, resolution)
    film = Film(board.title, size, rate, tuple(shots), sound)
    if draft and draft.resolution:  # the board's own size was checked with the board
        _refuse_huge(film, draft.resolution)
    return film


def _refuse_huge(film: Film, resolution: str) -> None:
    side = max(max(size.width, size.height) for size in (film.size, *(s.size for s in film.shots)))
    if side > LONGEST_SIDE:
        raise UsageError(
            f"At {resolution} a side of this film has {side} pixels; at most {LONGEST_SIDE} can be "
            "drawn.",
            hint="Give --resolution a smaller number.",
        )


def derived_seed(board_seed: int, shot: str) -> int:
    """The seed of a shot that names none: it depends on nothing but these two."""
    digest = hashlib.sha256(f"{board_seed}:{shot}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % SEED_RANGE


def size_of(aspect: str, resolution: str) -> Size:
    """Width and height: ``resolution`` is the short side; both are made even."""
    across, down = (Fraction(part) for part in aspect.split(":"))
    short = Fraction(resolution.removesuffix("p"))
    longest = short * max(across, down) / min(across, down)
    wide, high = (longest, short) if across >= down else (short, longest)
    return Size(_even(wide), _even(high))


def mode_of(entry: ShotEntry) -> Mode:
    """Which pictures a shot sends, and so which mode of the model it wants."""
    if entry.clip:
        return "clip"
    if entry.first_frame and entry.last_frame:
        return "first_and_last"
    if entry.first_frame:
        return "first_frame"
    if entry.last_frame:
        return "last_frame"
    return "references" if entry.references else "text"


def camera_of(board: Storyboard, entry: ShotEntry) -> CameraWords:
    """The shot's camera, each part falling back to the defaults'."""
    own, usual = entry.camera or Camera(), board.defaults.camera or Camera()
    return CameraWords(own.size or usual.size, own.move or usual.move, own.lens or usual.lens)


def look_of(board: Storyboard, entry: ShotEntry) -> str:
    """The shot's look, folded to one line."""
    return " ".join((said(board, entry, "look") or board.look or "").split())


def prompt_of(board: Storyboard, entry: ShotEntry) -> Prompt:
    """What a model reads: words with slots for the references sent, camera, look."""
    words = expand(entry.prompt, _slots(board, entry), _words(board, entry))
    return compose(words, camera_of(board, entry), look_of(board, entry))


def model_of(board: Storyboard, entry: ShotEntry) -> str:
    """The name of the model a shot asks for; the animatic when nothing is said."""
    name: str = said(board, entry, "model", ANIMATIC)
    return name


def routes_of(board: Storyboard, entry: ShotEntry) -> tuple[str, ...]:
    """The routes a shot may take: those it says, else all that serve its model.

    A built-in model is made here and goes by none, whatever the defaults say for other shots.
    """
    name = model_of(board, entry)
    model = models().get(name)
    if model and model.built_in:
        return ()
    routes: tuple[str, ...] | None = said(board, entry, "routes")
    return routes_serving(name) if routes is None else routes


def reference_images(board: Storyboard, name: str) -> tuple[str, ...]:
    """The pictures of a reference, as written."""
    reference = board.references[name]
    return reference.images or ((reference.image,) if reference.image else ())


def _words(board: Storyboard, entry: ShotEntry) -> dict[str, str]:
    """What to say of each reference a shot mentions, where its picture is not sent."""
    named = {mention.name for mention in mentions(entry.prompt)} & board.references.keys()
    return {name: board.references[name].description or plain_name(name) for name in named}


def _slots(board: Storyboard, entry: ShotEntry) -> dict[str, tuple[int, ...]]:
    """By name, the numbers of its pictures among those a shot sends, from 1."""
    slots: dict[str, tuple[int, ...]] = {}
    number = 0
    for written in entry.references or ():
        source = parse_source(written)
        name, count = "", 1
        if isinstance(source, WrittenName):
            name, count = source.name, len(reference_images(board, source.name))
        elif isinstance(source, WrittenFrame):
            name = source.shot
        slots.setdefault(name, tuple(range(number + 1, number + count + 1)))
        number += count
    return slots


def _even(pixels: Fraction) -> int:
    return max(2, int(pixels / 2 + Fraction(1, 2)) * 2)


@dataclass(frozen=True, slots=True)
class _Resolving:
    board: Storyboard
    pictures: Mapping[str, KnownPicture]
    clips: Mapping[str, KnownClip]
    fonts: Mapping[str, KnownFont]
    rate: Fraction
    draft: Draft | None

    def shot(self, entry: ShotEntry, place: int, line: int, seeds: Mapping[ShotId, int]) -> Shot:
        board = self.board
        name = ShotId(entry.id)
        model = models()[model_of(board, entry)]
        wanted = wanted_seconds(board, entry, self.rate)
        aspect = said(board, entry, "aspect", board.format.aspect)
        resolution = self._resolution(entry)
        fade_in, fade_out = fades_of(entry, self.rate)
        made = Shot(
            id=name,
            place=place,
            line=line,
            scene=entry.scene,
            beat=entry.beat,
            model=ANIMATIC if self.draft else model.name,
            routes=() if self.draft else routes_of(board, entry),
            mode=mode_of(entry),
            prompt=prompt_of(board, entry),
            words=spell(expand(entry.prompt, {}, {}), ""),
            camera=camera_of(board, entry),
            look=look_of(board, entry),
            references=self._sources(entry.references or ()),
            first_frame=self._source(entry.first_frame),
            last_frame=self._source(entry.last_frame),
            after=tuple(ShotId(other) for other in entry.after or ()),
            wanted=wanted,
            asked=model.durations.round_up(clip_seconds(board, entry, wanted, self.rate)),
            cut=whole_frames(wanted, self.rate),
            clip_rate=self._clip_rate(model),
            aspect=aspect,
            resolution=resolution,
            size=size_of(aspect, resolution),
            seed=self._seed(entry, seeds),
            seed_written=entry.seed is not None,
            fit=said(board, entry, "fit", board.format.fit),
            muted=said(board, entry, "audio") == "mute",
            level=level_of(said(board, entry, "level")),
            on_refusal=said(board, entry, "on_refusal", "stop"),
            takes=1 if self.draft or not model.varies else said(board, entry, "takes", 1),
            use=use_of(board, entry, self.rate),
            transition=transition_of(board, entry, self.rate) if place else None,
            focus=parse_point(said(board, entry, "focus", "centre")),
            fade_in=fade_in,
            fade_out=fade_out,
            match=None if self.draft else match_of(board, place),  # a draft's colours are ours
        )
        if model.name == CARD:
            return self._card(made, entry)
        if model.name != FOOTAGE:
            return made
        return as_footage(made, board, entry, self.clips[entry.clip or ""], self.rate)

    def _card(self, made: Shot, entry: ShotEntry) -> Shot:
        """A card is drawn from its words in a draft as well: it costs nothing."""
        font = said(self.board, entry, "font")
        picture = self._source(background_picture(self.board, entry))
        return as_card(
            made, self.board, entry, self.fonts[font] if font else None,
            (picture,) if picture else (), self.rate,
        )  # fmt: skip

    def _resolution(self, entry: ShotEntry) -> str:
        if self.draft and self.draft.resolution:
            return self.draft.resolution
        written: str = said(self.board, entry, "resolution", self.board.format.resolution)
        return written

    def _clip_rate(self, model: Model) -> Fraction:
        return Fraction(model.rate) if model.rate else self.rate

    def _seed(self, entry: ShotEntry, seeds: Mapping[ShotId, int]) -> int:
        if entry.seed is not None:
            return entry.seed
        pinned = seeds.get(ShotId(entry.id))
        return derived_seed(self.board.seed, entry.id) if pinned is None else pinned

    def _sources(self, written: Sequence[str]) -> tuple[Source, ...]:
        return tuple(source for text in written for source in self._named(text))

    def _source(self, written: str | None) -> Source | None:
        return next(iter(self._named(written)), None) if written else None

    def _named(self, written: str) -> Iterable[Source]:
        source = parse_source(written)
        if isinstance(source, WrittenFrame):
            return (FrameOf(ShotId(source.shot), moment_at(source.moment, self.rate)),)
        if isinstance(source, WrittenName):
            images = reference_images(self.board, source.name)
            return tuple(self._picture(image, source.name) for image in images)
        return (self._picture(source.path, None),)

    def _picture(self, written: str, name: str | None) -> Picture:
        known = self.pictures[written]
        kind = self.board.references[name].kind if name else None
        return Picture(known.path, known.digest, name, kind)
