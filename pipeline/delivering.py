"""The film and every other file made of its cut: each cut only where something changed.

An output whose frame is the film's shares its segments and is only joined; another frame has
segments of its own. Beside each file lie its cutting list and its provenance.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.files import digest_of_bytes, write_whole
from pipeline.film.deliver import dressed, in_frame_of, poster_frame
from pipeline.film.matching import lay_film
from pipeline.film.subtitles import srt_text, timed_cues, voice_cues, vtt_text
from pipeline.film.timeline import Overlay, Timeline
from pipeline.ids import ShotId
from pipeline.journal.journal import Journal
from pipeline.media.dressing import Cue, Dressing
from pipeline.planned import Delivered, PlannedFilm
from pipeline.sidecars import provenance
from pipeline.sidecars.cutting import (
    Said,
    cutting_path,
    is_cut_from,
    poster_path,
    write_cutting,
)
from pipeline.sidecars.lock_file import load_lock
from pipeline.store.clip import Clip
from pipeline.storyboard.outputs import Output, outputs_of
from pipeline.storyboard.spelling import did_you_mean, listed
from pipeline.storyboard.subtitles import read_subtitles, subtitles_path

if TYPE_CHECKING:
    from pipeline.film.assembler import Assembly
    from pipeline.media.ffmpeg import FFmpeg

Tell = Callable[[int, int], None]

FILM = ""
"""The film's own name among the files made of its cut."""


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be made: what is seen, what it says, and whether subtitles lie beside it."""

    name: str
    path: Path
    timeline: Timeline
    said: Said
    subtitles_beside: bool


@dataclass(frozen=True)
class _Cut:
    """A film's cut, and what all the files made of it share."""

    planned: PlannedFilm
    timeline: Timeline
    sources: Mapping[ShotId, provenance.Source]
    cues: tuple[Cue, ...]

    @property
    def marks(self) -> Dressing:
        """What every file says of where it comes from."""
        origins = (source.origin for source in self.sources.values())
        return provenance.marks_of(provenance.source_type(origins))


def deliver(
    planned: PlannedFilm,
    clips: Mapping[ShotId, Clip],
    ffmpeg: FFmpeg,
    tools: str,
    *,
    target: Path,
    only: str | None = None,
    tell: Tell | None = None,
    stop: threading.Event | None = None,
) -> tuple[Delivered, ...]:
    """Cut the film to ``target`` and its outputs beside it.

    Args:
        planned: the film's board and places.
        clips: of every shot.
        ffmpeg: what encodes.
        tools: the programs the bytes hang on, by version.
        target: where the film lies.
        only: make this one output, and nothing else.
        tell: told of frames done, over all files that are cut now.
        stop: when set, it ends soon.

    Raises:
        UsageError: ``only`` names no output.
        StoryreelError: a clip or the subtitles cannot be used, or it was stopped.
        OSError: a file beside the film cannot be written.
    """
    cut = _cut_of(planned, clips)
    orders = tuple(_orders(cut, target, only))
    due = {o.name for o in orders if not is_cut_from(o.path, o.timeline, tools, o.said)}
    telling = _shared(tell, len(due), cut.timeline.frames)
    delivered = []
    for order in orders:
        assembly = None
        if order.name in due:
            assembly = _make(order, planned, ffmpeg, tools, telling, stop)
        beside = _write_beside(order, cut, ffmpeg)
        notes = _notes(order) if assembly else ()
        delivered.append(Delivered(order.name, order.path, assembly, beside, notes))
    return tuple(delivered)


def all_stand(planned: PlannedFilm, clips: Mapping[ShotId, Clip], tools: str, film: Path) -> bool:
    """Whether the film and all its outputs lie there, cut as they would be cut now."""
    cut = _cut_of(planned, clips)
    return all(
        is_cut_from(order.path, order.timeline, tools, order.said)
        for order in _orders(cut, film, None)
    )


def outputs_standing(
    planned: PlannedFilm, clips: Mapping[ShotId, Clip], tools: str
) -> dict[str, bool]:
    """By name, whether each output lies there, cut as it would be cut now."""
    orders = _orders(_cut_of(planned, clips), planned.places.film, None)
    return {
        order.name: is_cut_from(order.path, order.timeline, tools, order.said)
        for order in orders
        if order.name != FILM
    }


def film_stands(planned: PlannedFilm, clips: Mapping[ShotId, Clip], tools: str) -> bool:
    """Whether the film itself lies there, cut as it would be cut now; its outputs may not."""
    cut, film = _cut_of(planned, clips), planned.places.film
    order = next(_orders(cut, film, None))
    return is_cut_from(order.path, order.timeline, tools, order.said)


def files_watched(planned: PlannedFilm, film: Path) -> tuple[Path, ...]:
    """Every file that a finished delivery hangs on or leaves, besides clips and programs."""
    films = [film, *(output_path(film, name) for name in planned.board.storyboard.deliver)]
    beside = [cutting_path, poster_path, provenance.provenance_path, _srt_path, _vtt_path]
    read = []
    board = planned.board
    if (asked := board.storyboard.subtitles) and asked.file:
        read = [subtitles_path(board.root, board.path.parent, asked.file)]
    return (*films, *(place(path) for path in films for place in beside), *read)


def _cut_of(planned: PlannedFilm, clips: Mapping[ShotId, Clip]) -> _Cut:
    timeline = lay_film(planned.film, clips, planned.places.segments)
    lock = load_lock(planned.places.lock)  # takes made since the plan are in it
    sources = provenance.sources_of(timeline, lock, planned.store.record)
    return _Cut(planned, timeline, sources, _cues(planned, timeline))


def _cues(planned: PlannedFilm, timeline: Timeline) -> tuple[Cue, ...]:
    board = planned.board
    asked = board.storyboard.subtitles
    if asked is None or asked.file is None:
        return voice_cues(timeline)
    texts = read_subtitles(board.root, board.path.parent, asked.file)
    return timed_cues(texts, timeline.rate, timeline.frames)


def _orders(cut: _Cut, film: Path, only: str | None) -> Iterator[Order]:
    outputs = outputs_of(cut.planned.board.storyboard, cut.planned.draft)
    if only is not None:
        yield _order(cut, film, _named(outputs, only))
        return
    yield Order(FILM, film, cut.timeline, Said(cut.marks), subtitles_beside=True)
    for output in outputs.values():
        yield _order(cut, film, output)


def _named(outputs: Mapping[str, Output], name: str) -> Output:
    if name not in outputs:
        known = f"The board's outputs are: {listed(list(outputs))}." if outputs else None
        near = did_you_mean(name, list(outputs))
        raise UsageError(
            f"The board has no output {name}.",
            hint=(near and f"{near[:1].upper()}{near[1:]}")
            or known
            or "Name one in the board: `deliver: {web: {chapters: true}}`.",
        )
    return outputs[name]


def _order(cut: _Cut, film: Path, output: Output) -> Order:
    board = cut.planned.board.storyboard
    language = board.subtitles.language if board.subtitles else "und"
    shots = cut.planned.film.shots
    dressing = dressed(output, cut.timeline, shots, cut.marks, cut.cues, language)
    poster = poster_frame(output.poster, cut.timeline) if output.poster else None
    return Order(
        output.name,
        output_path(film, output.name),
        in_frame_of(output, cut.timeline),
        Said(dressing, poster, cut.cues if output.subtitles == "burned" else ()),
        subtitles_beside=output.subtitles == "beside",
    )


def output_path(film: Path, name: str) -> Path:
    """Where an output lies, beside the film; the film itself has no name."""
    return film.with_name(f"{film.stem}.{name}.mp4") if name else film


def _shared(tell: Tell | None, films: int, frames: int) -> Iterator[Tell | None]:
    """For each film to be cut, who to tell of its frames, counted on from the one before."""
    for number in range(films):

        def counted(done: int, _total: int, before: int = number * frames) -> None:
            if tell:
                tell(before + done, films * frames)

        yield counted if tell else None


def _make(
    order: Order,
    planned: PlannedFilm,
    ffmpeg: FFmpeg,
    tools: str,
    telling: Iterator[Tell | None],
    stop: threading.Event | None,
) -> Assembly:
    from pipeline.film.assembler import assemble

    order.path.parent.mkdir(parents=True, exist_ok=True)
    assembly = assemble(
        _burned(order, planned.places.segments),
        order.path,
        segments=planned.places.segments,
        ffmpeg=ffmpeg,
        dressing=order.said.dressing,
        tell=next(telling),
        stop=stop,
    )
    if order.said.poster is not None:
        from pipeline.media.poster_frame import write_poster

        target = poster_path(order.path)
        write_poster(order.path, order.said.poster, target, order.said.dressing.source_type)
    write_cutting(order.path, order.timeline, tools, order.said)
    return assembly


def _burned(order: Order, segments: Path) -> Timeline:
    """The order's timeline, with its subtitles drawn over it."""
    if not order.said.burned:
        return order.timeline
    from pipeline.makers.captions import draw_caption

    size, overlays = order.timeline.size, []
    for cue in order.said.burned:
        picture = draw_caption(cue.text, size.width, size.height)
        digest = digest_of_bytes(picture)
        path = segments / f"{digest}.png"
        write_whole(path, picture)
        overlays.append(Overlay(cue.start, cue.end, path, digest))
    return replace(order.timeline, overlays=tuple(overlays))


def _notes(order: Order) -> tuple[str, ...]:
    if not order.said.burned:
        return ()
    from pipeline.makers.captions import letters_without_font

    missing = letters_without_font(" ".join(cue.text for cue in order.said.burned))
    return (f"no font here has these characters of its subtitles: {missing}",) if missing else ()


def _write_beside(order: Order, cut: _Cut, ffmpeg: FFmpeg) -> tuple[Path, ...]:
    """Provenance, poster, subtitles: the files beside a film, which were written where need be."""
    from pipeline.media.join import joiner

    document = provenance.provenance(
        order.path.name,
        order.timeline,
        cut.sources,
        ffmpeg=ffmpeg.version,
        joiner=joiner(),
        dates=_dates(cut.planned),
    )
    provenance.write_provenance(order.path, document)
    beside = [provenance.provenance_path(order.path)]
    if order.said.poster is not None:
        beside.append(poster_path(order.path))
    if order.subtitles_beside and cut.cues:
        rate = order.timeline.rate
        provenance.write_unless_there(_srt_path(order.path), srt_text(cut.cues, rate))
        provenance.write_unless_there(_vtt_path(order.path), vtt_text(cut.cues, rate))
        beside += [_srt_path(order.path), _vtt_path(order.path)]
    return tuple(beside)


def _srt_path(film: Path) -> Path:
    return film.with_suffix(".srt")


def _vtt_path(film: Path) -> Path:
    return film.with_suffix(".vtt")


def _dates(planned: PlannedFilm) -> provenance.Dates:
    """When clips were ordered and delivered, as the journal has it; a draft has none."""
    if planned.draft is not None or not planned.places.journal.exists():
        return lambda _clip: None
    with Journal(planned.places.journal, look=True) as journal:
        known = {
            attempt.clip: (attempt.t_submitted or attempt.t_intent, attempt.t_done)
            for attempt in journal.all()
            if attempt.clip and attempt.t_done is not None
        }
    return known.get
