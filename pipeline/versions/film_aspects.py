"""What a version says of the film as a whole: its frame, look, references, sound, outputs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from pipeline.ids import Digest
from pipeline.storyboard.anchors import Anchor
from pipeline.storyboard.model import Reference, Storyboard
from pipeline.storyboard.outputs import outputs_of
from pipeline.storyboard.resolver import Draft, reference_images
from pipeline.storyboard.shot import Film
from pipeline.storyboard.soundtrack import Sound
from pipeline.versions.aspects import Aspect
from pipeline.versions.pairing import Names


@dataclass(frozen=True, slots=True)
class SeenFilm:
    """A film in one version; ``names`` are of shots renamed since, empty for the version now.

    ``pictures`` are the digests of the pictures by path as written, ``subtitles`` is that of the
    file they are read from.
    """

    board: Storyboard
    film: Film
    draft: Draft | None
    pictures: Mapping[str, Digest]
    subtitles: Digest | None
    names: Names

    def aspects(self) -> dict[str, Aspect]:
        """All that is one thing, by field, in the order they are told."""
        found = (*self._frame(), *self._references(), *self._sound(), *self._outputs())
        return {one.field: one for one in found}

    def _frame(self) -> Iterator[Aspect]:
        board, film = self.board, self.film
        yield Aspect("title", board.title, board.title)
        size = f"{film.size.width}x{film.size.height}"
        yield Aspect("frame", film.size, size)
        yield Aspect("fps", film.rate, f"{float(film.rate):g}")
        look = " ".join((board.look or "").split())
        yield Aspect("look", look, look)
        yield Aspect("seed", board.seed, str(board.seed))

    def _references(self) -> Iterator[Aspect]:
        for name, reference in sorted(self.board.references.items()):
            images = reference_images(self.board, name)
            shown = tuple(self.pictures.get(image) for image in images)
            value = (shown, reference.kind, reference.description)
            yield Aspect(f"references.{name}", value, _reference_words(reference, images))

    def _sound(self) -> Iterator[Aspect]:
        sound = self.film.sound or Sound()
        voice = "none" if sound.voice is None else sound.voice or "its own"
        yield Aspect("sound.voice", sound.voice, voice)
        loud = sound.loudness
        yield Aspect("sound.loudness", loud, f"{loud.target:g} LUFS" if loud else "")
        levelled = "yes" if sound.level_shots else ""
        yield Aspect("sound.level_shots", sound.level_shots, levelled)
        yield self._read()

    def _read(self) -> Aspect:
        asked = self.board.subtitles
        if asked is None:
            return Aspect("subtitles", None, "")
        words = asked.file or "of the voice-over"
        told = words if asked.language == "und" else f"{words} ({asked.language})"
        return Aspect("subtitles", (self.subtitles, asked.language), told)

    def _outputs(self) -> Iterator[Aspect]:
        for name, output in sorted(outputs_of(self.board, self.draft).items()):
            frame = output.poster
            poster = frame and replace(frame, shot=self.names.get(frame.shot, frame.shot))
            said = self.board.deliver[name].model_dump(exclude_defaults=True)
            words = ", ".join(f"{field}: {value}" for field, value in said.items())
            value = replace(output, poster=poster)
            yield Aspect(f"deliver.{name}", value, words or "as the film")

    def music(self) -> list[Aspect]:
        """The pieces of music, in order."""
        sound, entry = self.film.sound, self.board.sound
        if sound is None or entry is None:
            return []
        both = zip(sound.music, entry.music, strict=True)
        return [self._heard("sound.music", piece, written.file, written) for piece, written in both]

    def voices(self) -> list[Aspect]:
        """The lines of voice-over, in order."""
        sound, entry = self.film.sound, self.board.sound
        if sound is None or entry is None:
            return []
        both = zip(sound.voice_over, entry.voice_over or (), strict=True)
        return [
            self._heard(
                "sound.voice_over", replace(line, line=0), written.text or written.file, written
            )
            for line, written in both
        ]

    def cues(self) -> list[Aspect]:
        """The single sounds, in order."""
        sound, entry = self.film.sound, self.board.sound
        if sound is None or entry is None:
            return []
        both = zip(sound.cues, entry.cues or (), strict=True)
        return [self._heard("sound.cues", cue, written.file, written) for cue, written in both]

    def _heard(self, field: str, noun: Any, what: str | None, written: Any) -> Aspect:
        said = written.model_dump(exclude_defaults=True, by_alias=True)
        rest = {name: value for name, value in said.items() if value != what}
        words = ", ".join(f"{name} {value}" for name, value in rest.items())
        told = " ".join((what or "").split())
        return Aspect(field, _value(noun, self.names), f"{told} ({words})" if words else told)


def _reference_words(reference: Reference, images: tuple[str, ...]) -> str:
    said = " ".join((reference.description or "").split())
    return ", ".join(part for part in (reference.kind, *images, said) if part)


def _value(noun: Any, names: Names) -> object:
    """A part of the sound without the places its files lie at, its moments by names of now."""
    if isinstance(noun, Anchor):
        return replace(noun, shot=names.get(noun.shot, noun.shot)) if noun.shot else noun
    if not is_dataclass(noun):
        return noun
    told = (one.name for one in fields(noun) if one.name != "path")
    return tuple((name, _value(getattr(noun, name), names)) for name in told)
