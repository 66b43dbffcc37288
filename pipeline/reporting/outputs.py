"""The files a board asks for besides its film: as what each lies there, and whether still right."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

from pipeline.delivering import output_path, outputs_standing
from pipeline.errors import StoryreelError
from pipeline.ids import ShotId
from pipeline.planned import PlannedFilm
from pipeline.reporting.told import OutputTold
from pipeline.sidecars.cutting import frame_of_list, load_list
from pipeline.store.clip import Clip
from pipeline.storyboard.outputs import Output, outputs_of

_BESIDE = {".jpg": "poster", ".srt": "subtitles", ".vtt": "subtitles for the web"}


def outputs_told(planned: PlannedFilm, clips: Mapping[ShotId, Clip]) -> tuple[OutputTold, ...]:
    """Every named output of a board, in the board's order."""
    outputs = outputs_of(planned.board.storyboard, planned.draft)
    if not outputs:
        return ()
    standing = _standing(planned, clips)
    return tuple(_told(planned, output, standing) for output in outputs.values())


def _standing(planned: PlannedFilm, clips: Mapping[ShotId, Clip]) -> Mapping[str, bool] | None:
    """Which lie there as they would be cut now; nobody knows without ffmpeg.

    A film with a shot that has to be made has no output that is right.
    """
    from pipeline.media.ffmpeg import find_ffmpeg
    from pipeline.media.join import joiner

    if any(shot.id not in clips for shot in planned.film.shots):
        return {}
    try:
        tools = f"{find_ffmpeg(planned.settings.ffmpeg).version}, {joiner()}"
        return outputs_standing(planned, clips, tools)
    except StoryreelError:
        return None


def _told(planned: PlannedFilm, output: Output, standing: Mapping[str, bool] | None) -> OutputTold:
    path = output_path(planned.places.film, output.name)
    if not path.is_file():
        return OutputTold(output.name, None, output.size.width, output.size.height)
    cut = frame_of_list(load_list(path))
    width, height, frames, rate = cut or (output.size.width, output.size.height, 0, Fraction(1))
    return OutputTold(
        output.name,
        quote(path.name),
        width,
        height,
        frames / rate if frames else None,
        path.stat().st_size,
        None if standing is None else standing.get(output.name, False),
        tuple(_beside(path)),
    )


def _beside(path: Path) -> list[tuple[str, str]]:
    """The files that go with an output: what each is, and its address."""
    files = ((words, path.with_suffix(suffix)) for suffix, words in _BESIDE.items())
    return [(words, quote(file.name)) for words, file in files if file.is_file()]
