"""``storyreel render --at``: an old version's film, from the store alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.boards import said_words
from pipeline.cli.console import put_json, say
from pipeline.cli.delivered import delivered_document, put_delivered

if TYPE_CHECKING:
    from pipeline.storyboard.resolver import Draft
    from pipeline.versions.showing import Shown


def refuse_beside_at(boards: Sequence[Path], asked: Mapping[str, Any]) -> None:
    """Refuse what would make something, or a part of the film only: an old film is shown whole.

    Args:
        boards: what is rendered.
        asked: by option, what was said of it.

    Raises:
        UsageError: there is such a word.
    """
    from pipeline.errors import UsageError

    said = [option for option, value in asked.items() if value]
    if said:
        raise UsageError(
            f"--at shows a version as it was, whole; it takes no {said[0]}.",
            hint="To change or make something, check that version out: git worktree add.",
        )
    for board in boards:
        if board.suffix == ".json":
            raise UsageError("--at shows a board's version; a saved plan has none.")


def show_again(
    board: Path,
    revision: str,
    draft: Draft | None,
    flags: Mapping[str, str | None],
    stop: threading.Event,
    *,
    as_json: bool,
) -> int:
    """Cut a version's film and say where it lies; an exit code."""
    from pipeline.cli.progress import progress
    from pipeline.cli.ways import again
    from pipeline.errors import StoppedError, ToolStoppedError
    from pipeline.versions.showing import show_at

    try:
        with progress(0, as_json=as_json) as shown:
            film = show_at(
                board,
                revision,
                draft=draft,
                flags=flags,
                tell=shown.tell,
                waiting=lambda: say("waiting for another storyreel on this version"),
                stop=stop,
            )
    except ToolStoppedError as error:
        if not stop.is_set():
            raise
        raise StoppedError("It was stopped before the film was cut.").with_ways(
            again(said_words())
        ) from error
    _tell(film, draft=draft is not None, as_json=as_json)
    return 0


def _tell(film: Shown, *, draft: bool, as_json: bool) -> None:
    outputs, commit = delivered_document(film.delivered), film.commit
    if as_json:
        put_json(
            {
                "schema": 1,
                "event": "finished",
                "board": film.board,
                "draft": draft,
                "at": {"name": commit.asked, "commit": commit.sha, "subject": commit.subject},
                "made": 0,
                "reused": len(film.shots),
                "film": outputs[0]["path"],
                "cut_anew": any(one["cut_anew"] for one in outputs),
                "outputs": outputs,
                "frames": film.frames,
                "seconds": round(float(film.seconds), 3),
                "notes": list(film.notes),
            },
            indent=None,
        )
        return
    for note in film.notes:
        say(note)
    state = "" if outputs[0]["cut_anew"] else ", unchanged"
    of = f"{film.board} at {commit.asked} ({commit.short})"
    frames = "1 frame" if film.frames == 1 else f"{film.frames} frames"
    say(f"{of}: {len(film.shots)} reused; {frames}, {round(float(film.seconds), 3):g} s{state}")
    put_delivered(outputs)
