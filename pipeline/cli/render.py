"""``storyreel render``: make what is missing and cut the film."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import (
    draft_of,
    draft_options,
    json_option,
    retry_options,
    said_words,
    selection_options,
    settings_options,
    some_boards,
)
from pipeline.cli.carrying_out import carry_out, tell_result
from pipeline.cli.delivered import as_unchanged
from pipeline.cli.interrupt import stop_on_interrupt
from pipeline.cli.purse import Purse, purse_options
from pipeline.cli.showing import refuse_beside_at, show_again
from pipeline.places import draft_folder, find_root, output_folder
from pipeline.receipt import receipt_for, unchanged
from pipeline.settings import environment

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm
    from pipeline.sidecars.saved_plan import SavedPlan

# which of several boards' exit codes counts
_GRAVEST = (130, 3, 5, 6, 2, 1, 0)


@click.command("render")
@some_boards
@draft_options
@selection_options
@json_option
@retry_options
@purse_options
@click.option("--verify", is_flag=True, help="Read every clip again and compare its digest.")
@click.option(
    "--at",
    "revision",
    metavar="REV",
    help="Show the film of a version in git again, from the store alone: nothing is made or paid.",
)
@settings_options
def command(
    boards: tuple[Path, ...],
    draft: bool,
    resolution: str | None,
    as_json: bool,
    verify: bool,
    revision: str | None,
    shots: tuple[str, ...],
    start: str | None,
    scene: str | None,
    forced: tuple[str, ...],
    retry_failed: int,
    remake_missing: bool,
    max_cost: str | None,
    max_jobs: int | None,
    allowed: tuple[str, ...],
    yes: bool,
    **flags: str | None,
) -> int:
    """Make the missing takes and cut the film; a second run makes only what changed.

    BOARDS may also name a plan saved by `storyreel plan -o`: then exactly it is carried out, or
    nothing if board, lock or store moved since. Ctrl-C keeps every finished clip. With --shot,
    --from or --scene only those shots are made (and what they start from), and the film is cut
    once every shot has a clip.

    A paid model's price is asked about first; without a terminal nothing is spent unless --yes is
    said. --max-cost and --max-jobs are walls. Jobs that are out are always gone on with.

    With --at REV the film of that version is cut into a folder at/ beside the film, from clips that
    are in the store; the present film and its lock stay as they are.
    """
    purse = Purse(max_cost, max_jobs, allowed, yes, retry_failed, remake_missing)
    choice = {"shots": shots, "start": start, "scene": scene}
    codes = []
    if revision is not None:
        making = {"--force": forced, "--verify": verify, "--retry-failed": retry_failed,
                  "--remake-missing": remake_missing}  # fmt: skip
        refuse_beside_at(boards, {"--shot, --from or --scene": any(choice.values()), **making})
    with stop_on_interrupt() as stop:
        for board in boards:
            if revision is not None:
                old = draft_of(draft, resolution)
                rendering = partial(show_again, board, revision, old, flags)
            elif board.suffix == ".json":
                _refuse_words(board, draft, resolution, choice, forced)
                rendering = partial(_render_saved, board, flags, purse)
            else:
                one = _Rendering(board, draft, resolution, choice, forced, flags, purse)
                rendering = partial(one.go, verify=verify)
            codes.append(rendering(stop=stop, as_json=as_json))
            if stop.is_set():
                codes.append(130)
                break
    return next(code for code in _GRAVEST if code in codes)


class _Rendering:
    """One board's render, as asked on the command line."""

    def __init__(
        self,
        board: Path,
        draft: bool,
        resolution: str | None,
        choice: dict[str, Any],
        forced: tuple[str, ...],
        flags: dict[str, str | None],
        purse: Purse,
    ) -> None:
        self.purse = purse
        self.board, self.written = board.absolute(), board
        self.draft, self.resolution = draft, resolution
        self.choice, self.forced, self.flags = choice, forced, flags
        folder = output_folder(board, find_root(board))
        self.receipt = (folder / draft_folder(resolution) if draft else folder) / "receipt.json"
        self.options = {"draft": draft, "resolution": resolution, "flags": flags}
        self.whole = not (any(choice.values()) or forced)

    def go(self, stop: threading.Event, *, as_json: bool, verify: bool) -> int:
        """Render; an exit code. With nothing changed since last time it costs next to nothing."""
        if self.whole and not verify:
            told = unchanged(self.receipt, self.board, self.options, environment())
            if told is not None:
                tell_result(dict(told), as_json=as_json)
                return 0
        return self._render(stop, as_json=as_json, verify=verify)

    def _render(self, stop: threading.Event, *, as_json: bool, verify: bool) -> int:
        # what it tells is over from here on, whatever becomes of this render
        self.receipt.unlink(missing_ok=True)
        return carry_out(
            lambda: self._plan(verify=verify),
            self.purse,
            stop,
            as_json=as_json,
            receipt=self._write_receipt if self.whole else None,
        )

    def _plan(self, *, verify: bool = False) -> PlannedFilm:
        from pipeline.api import Selection, plan_film
        from pipeline.cli.boards import draft_of
        from pipeline.storyboard.diagnostics import BoardFaultsError

        try:
            return plan_film(
                self.board,
                draft=draft_of(self.draft, self.resolution),
                selection=Selection(**self.choice),
                forced=self.forced,
                flags=self.flags,
                verify=verify,
                retry_failed=self.purse.retry_failed > 0,
                remake_missing=self.purse.remake_missing,
            )
        except BoardFaultsError as error:  # the board as it was named, not by its whole path
            file = str(self.written)
            raise BoardFaultsError(error.faults, file=file, source=error.source) from error

    def _write_receipt(self, planned: PlannedFilm, result: dict[str, Any]) -> None:
        """Look at every file first and plan again after: a long run's board may have been edited.

        What was changed before the look is seen by that plan, what is changed after it by the
        next render.
        """
        from pipeline.api import film_stands
        from pipeline.errors import StoryreelError
        from pipeline.files import write_whole

        text = self._receipt_text(planned, result)
        try:
            stands = film_stands(planned, self._plan())
        except StoryreelError:  # edited into a fault: the next render tells it
            return
        if stands:
            write_whole(self.receipt, text)

    def _receipt_text(self, planned: PlannedFilm, result: dict[str, Any]) -> str:
        import av

        from pipeline.delivering import files_watched
        from pipeline.media.ffmpeg import find_ffmpeg
        from pipeline.reporting.report import report_path

        places = planned.places
        clips = [planned.store.clip(digest).path for digest in result.pop("clips")]
        watched = [
            *(picture.path for picture in planned.board.pictures.values()),
            *(clip.path for clip in planned.board.clips.values()),
            *(font.path for font in planned.board.fonts.values()),
            *(sound.path for sound in planned.board.sounds.values()),
            *planned.settings.files,
            places.lock,
            *files_watched(planned, places.film),
            report_path(places.folder),
            find_ffmpeg(planned.settings.ffmpeg).path,
            Path(av.__file__),  # it joins the film
            *clips,
        ]
        return receipt_for(
            board=self.board,
            options=self.options,
            watched=watched,
            environment=environment(),
            result={
                **result,
                "made": 0,
                "reused": result["made"] + result["reused"],
                "cut_anew": False,
                "outputs": as_unchanged(result["outputs"]),
            },
        )


def _render_saved(
    path: Path,
    flags: dict[str, str | None],
    purse: Purse,
    stop: threading.Event,
    *,
    as_json: bool,
) -> int:
    from pipeline.api import plan_film
    from pipeline.sidecars.saved_plan import load_plan

    saved = load_plan(path)

    def plan() -> PlannedFilm:
        return plan_film(
            saved.board,
            draft=saved.draft,
            selection=saved.selection,
            forced=saved.forced,
            flags=flags,
            retry_failed=purse.retry_failed > 0,
            remake_missing=purse.remake_missing,
        )

    return carry_out(
        plan,
        purse,
        stop,
        as_json=as_json,
        check=lambda planned: _refuse_if_moved(path, saved, planned),
    )


def _refuse_if_moved(path: Path, saved: SavedPlan, planned: PlannedFilm) -> None:
    from pipeline.cli.plan import document_of
    from pipeline.cli.walls import planned_again
    from pipeline.errors import PlanMovedError
    from pipeline.sidecars.saved_plan import refuse_if_moved

    try:
        refuse_if_moved(saved, document_of(planned))
    except PlanMovedError as error:
        error.with_ways(planned_again(path, saved, said_words()))
        raise


def _refuse_words(
    path: Path,
    draft: bool,
    resolution: str | None,
    choice: dict[str, Any],
    forced: tuple[str, ...],
) -> None:
    from pipeline.errors import UsageError

    if draft or resolution or forced or any(choice.values()):
        raise UsageError(
            f"The plan {path} says already what is made.",
            hint="Give --draft, --shot and the like to storyreel plan, not to render.",
        )
