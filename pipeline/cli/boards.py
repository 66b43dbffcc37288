"""How a command is told its boards and their options; the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.cli.slips import BoardSlip
from pipeline.cli.words import Words, also, way
from pipeline.places import BOARDS_FOLDER, SUFFIX, project_around

_Function = TypeVar("_Function", bound=Callable[..., Any])


SAID = "storyreel.said"  # where click's context keeps the words of the command line


class BoardPath(click.ParamType[Path]):
    """A board by its path, or by its name alone."""

    name = "board"

    def __init__(self, *also: str) -> None:
        self.also = also  # words that stand in a board's place

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path of the board meant."""
        if isinstance(value, Path):
            return value
        written = Path(value)
        named = (folder / f"{value}{SUFFIX}" for folder in _folders())
        try:
            found = next((path for path in (written, *named) if path.exists()), None)
        except OSError:  # longer than any name on this disk
            found = None
        if found or value in ("-", *self.also):
            return found or written
        raise BoardSlip(_not_found(value), ctx, param, written=value, known=_near(value))

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[Any]:
        """Boards of this project by name, and files."""
        from click.shell_completion import CompletionItem

        names = [name for name in board_names() if name.startswith(incomplete)]
        return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type="file")]


def board_option(function: _Function) -> _Function:
    """``--board``, for a command that is first of all about a shot."""
    return click.option(
        "--board", type=BoardPath(), help="The board; needed where there are several."
    )(function)


def only_board() -> Path:
    """The project's board, where it has but one.

    Raises:
        UsageError: it has none, or several.
    """
    from pipeline.errors import UsageError

    boards = [path for folder in _folders() for path in sorted(folder.glob(f"*{SUFFIX}"))]
    if len(boards) == 1:
        return boards[0]
    names = [path.name.removesuffix(SUFFIX) for path in boards]
    said = said_words()
    raise UsageError(
        f"Which board is meant? There are {len(boards)}." if boards else "There is no board here.",
        hint=f"Say --board NAME: {', '.join(names)}."
        if boards
        else "Go to your project's folder, or say --board FILE.",
    ).with_ways(
        [
            way(also(said, "--board", name), "as asked", f"{name} is a board here")
            for name in names[:_MOST_NAMED]
        ]
    )


def said_words() -> Words:
    """The command line, as it was said."""
    context = click.get_current_context(silent=True)
    return context.meta.get(SAID, ()) if context else ()


def one_board(function: _Function) -> _Function:
    """A command about one board."""
    return click.argument("board", type=BoardPath())(function)


def some_boards(function: _Function) -> _Function:
    """A command about one board or several."""
    return click.argument("boards", type=BoardPath(), nargs=-1, required=True)(function)


def json_option(function: _Function) -> _Function:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Put out JSON for machines.")(
        function
    )


def draft_options(function: _Function) -> _Function:
    """``--draft`` and ``--resolution``."""
    function = click.option(
        "--resolution",
        metavar="240p",
        help="With --draft: the draft's short side, instead of the board's; smaller is quicker.",
    )(function)
    return click.option(
        "--draft", is_flag=True, help="Make every shot with the free, offline animatic."
    )(function)


def settings_options(function: _Function) -> _Function:
    """``--jobs``, ``--store``, ``--ffmpeg``, ``--ceiling``."""
    for name, metavar, words in (
        ("--ceiling", "AMOUNT", "The most this project may ever cost, instead of the settings'."),
        ("--ffmpeg", "FILE", "The ffmpeg to use, instead of the one that comes along."),
        ("--store", "FOLDER", "Where clips are kept, instead of output/store."),
        ("--jobs", "N", "How many clips are made at once."),
    ):
        function = click.option(name, metavar=metavar, help=words)(function)
    return function


def selection_options(function: _Function) -> _Function:
    """``--shot``, ``--from``, ``--scene``, ``--force``."""
    for names, metavar, words, several in (
        (("--force", "forced"), "SHOT", "Make another take of this shot and pick it.", True),
        (("--scene",), "NAME", "Only the shots of this scene.", False),
        (("--from", "start"), "SHOT", "Only this shot and those after it in the cut.", False),
        (("--shot", "shots"), "SHOT", "Only this shot, and what it starts from.", True),
    ):
        function = click.option(*names, metavar=metavar, multiple=several, help=words)(function)
    return function


def retry_options(function: _Function) -> _Function:
    """``--retry-failed`` and ``--remake-missing``."""
    function = click.option(
        "--remake-missing", is_flag=True, help="Pay again for takes whose clips are gone."
    )(function)
    return click.option(
        "--retry-failed",
        type=click.IntRange(0, 20),
        default=0,
        metavar="N",
        help="Order takes again that failed, up to N new attempts each.",
    )(function)


def draft_of(draft: bool, resolution: str | None) -> Any:
    """The draft asked for, if any.

    Raises:
        UsageError: a resolution without a draft, or one that is none.
    """
    from pipeline.errors import UsageError
    from pipeline.storyboard.resolver import Draft

    if resolution and not draft:
        raise UsageError("--resolution goes with --draft; the film's own stands in the board.")
    return Draft(resolution) if draft else None


def board_names() -> list[str]:
    """The boards of this folder, and of storyboards/, by name."""
    return sorted(
        path.name.removesuffix(SUFFIX)
        for folder in _folders()
        for path in folder.glob(f"*{SUFFIX}")
    )


def _folders() -> tuple[Path, ...]:
    """Where boards lie that are known by name: here, and in the project that stands around here."""
    import os

    here, root = Path(), project_around(Path())
    seen = Path(os.path.relpath(root))
    folders = (here, Path(BOARDS_FOLDER), seen, seen / BOARDS_FOLDER)
    return tuple({folder.resolve(): folder for folder in reversed(folders)}.values())[::-1]


def _not_found(value: str) -> str:
    short = value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}..."
    if len(value) <= _MOST_SHOWN and Path(value).is_symlink():
        return f"{short} is a link to nothing."
    return f"there is no storyboard {short}. {_way_out(value)}"


def _way_out(value: str) -> str:
    if near := _nearest(value):
        return f"Did you mean {near[0]}?"
    if names := board_names():
        more = ", …" if len(names) > _MOST_NAMED else ""
        return f"There are: {', '.join(names[:_MOST_NAMED])}{more}."
    return "No board lies here or in storyboards/: go to your project's folder, or storyreel init."


_MOST_SHOWN = 200
_MOST_NAMED = 5


def _near(value: str) -> list[str]:
    """The board that was most likely meant; where none is near, the first that there are."""
    return _nearest(value) or board_names()[:_MOST_NAMED]


def _nearest(value: str) -> list[str]:
    import difflib

    return difflib.get_close_matches(Path(value).name.removesuffix(SUFFIX), board_names(), n=1)
