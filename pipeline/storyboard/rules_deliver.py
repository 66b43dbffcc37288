"""Rules about what leaves the house: subtitles can be read, outputs have names, frames, posters."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import use_of
from pipeline.storyboard.model import ShotEntry
from pipeline.storyboard.rules_model import size_faults
from pipeline.storyboard.sources import WrittenFrame, moment_at, parse_source
from pipeline.storyboard.spelling import did_you_mean
from pipeline.storyboard.subtitles import SubtitlesError, read_subtitles
from pipeline.timing import spell_seconds

_TAKEN = "stand-ins"
_WHOSE = "would be the same file as the film cut with stand-ins"


def subtitles_can_be_read(ground: Ground) -> Iterator[Finding]:
    """The board's .srt is there, in the project, and every line of it means something."""
    asked = ground.board.subtitles
    if asked is None or asked.file is None:
        return
    aim = Aim(("subtitles", "file"))
    try:
        read_subtitles(ground.reel.root, ground.reel.folder, asked.file)
    except SubtitlesError as error:
        help_ = error.hint
        if error.kind == "missing":
            yield Finding("subtitles-missing", error.why, aim, label="not there", help=help_)
        elif error.kind == "path":
            yield Finding("subtitles-path", error.why, aim, label="not beside", help=help_)
        else:
            yield Finding("subtitles-unreadable", error.why, aim, label="see there", help=help_)


def outputs_have_names_of_their_own(ground: Ground) -> Iterator[Finding]:
    """No two outputs are one file on a disk that does not tell ``Web`` from ``web``."""
    seen = {_TAKEN: ""}
    for name in ground.board.deliver:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            why = f"would be the same file as `{other}` on many disks" if other else _WHOSE
            yield Finding(
                "deliver-name",
                f"the output `{name}` {why}",
                Aim(("deliver", name), at="key"),
                label="taken",
                help="give it another name; it becomes part of the file's: BOARD.NAME.mp4",
            )


def outputs_have_a_size(ground: Ground) -> Iterator[Finding]:
    """An output's frame has even sides that a video can have."""
    written = ground.board.format
    for name, asked in ground.board.deliver.items():
        if asked.resolution or asked.aspect:
            yield from size_faults(
                asked.aspect or written.aspect,
                asked.resolution or written.resolution,
                Aim(("deliver", name, "resolution" if asked.resolution else "aspect")),
            )


def posters_are_frames(ground: Ground) -> Iterator[Finding]:
    """A poster is a frame of a shot, at a moment that the film shows."""
    shots = {shot.id: shot for shot in ground.board.shots}
    for name, asked in ground.board.deliver.items():
        if asked.poster is None:
            continue
        aim = Aim(("deliver", name, "poster"))
        try:
            frame = parse_source(asked.poster)
        except ValueError:
            frame = None
        if not isinstance(frame, WrittenFrame):
            yield Finding(
                "poster-frame",
                f"`{asked.poster}` names no frame of a shot",
                aim,
                label="no frame",
                help=f"write {ground.board.shots[0].id}.first, or a time: "
                f"{ground.board.shots[0].id}@1s",
            )
        elif frame.shot not in shots:
            yield Finding(
                "unknown-shot",
                f"there is no shot `{frame.shot}`",
                aim,
                label="no such shot",
                help=did_you_mean(frame.shot, list(shots)),
            )
        else:
            yield from _unseen(ground, name, shots[frame.shot], frame)


def _unseen(ground: Ground, name: str, shot: ShotEntry, frame: WrittenFrame) -> Iterator[Finding]:
    """A time, counted from the clip's start, that the film does not show."""
    moment, wanted = moment_at(frame.moment, ground.rate), ground.wanted(shot)
    if isinstance(moment, str) or wanted is None:
        return
    use = use_of(ground.board, shot, ground.rate)
    end = use.head + (wanted - use.hold / ground.rate) * use.speed
    if not use.head <= moment < end:
        yield Finding(
            "poster-frame",
            f"the film shows `{shot.id}` from {spell_seconds(use.head)} to {spell_seconds(end)} "
            f"of its clip, and the poster of `{name}` is at {spell_seconds(moment)}",
            Aim(("deliver", name, "poster")),
            label="not shown",
            help=f"take a moment that is shown, or {shot.id}.first",
        )


def there_is_something_to_read(ground: Ground) -> Iterator[Finding]:
    """What speaks of subtitles has some: from a file, or from the voice-over's texts."""
    board = ground.board
    voiced = board.sound.voice_over if board.sound else None
    if (board.subtitles and board.subtitles.file) or any(line.text for line in voiced or ()):
        return
    if board.subtitles:
        yield _nothing(Aim(("subtitles",), at="key"), "`subtitles:` names no file, and no")
    for name, asked in board.deliver.items():
        if "subtitles" in asked.model_fields_set and asked.subtitles != "none":
            aim = Aim(("deliver", name, "subtitles"))
            yield _nothing(aim, f"the output `{name}` asks for subtitles, and no file and no")


def _nothing(aim: Aim, begins: str) -> Finding:
    return Finding(
        "deliver-subtitles",
        f"{begins} line of voice-over has a text",
        aim,
        label="nothing to read",
        severity="warning",
        help="name a file: `subtitles: {file: subs/film.srt}`",
    )
