"""Dispatch, and the one place that decides what a user sees of an error.

Commands are imported when they are called: ``--help`` and shell completion load click alone.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__

if TYPE_CHECKING:
    from pipeline.run.outside import Outside

# command -> what it does, in the order of a working day; each lives in the module of its name
COMMANDS = {
    "init": "Start a project: a board that renders at once.",
    "check": "Find every fault of a storyboard; make nothing.",
    "plan": "Show what a render would make, why, and what it costs.",
    "render": "Make what is missing and cut the film.",
    "status": "Show how each shot stands, what is out, what was spent.",
    "show": "Show exactly what one shot asks of its model.",
    "assemble": "Cut the film from the clips that are there.",
    "review": "Look at takes and choose, in the browser.",
    "watch": "Keep the draft film current while you type.",
    "sheet": "Write the film as one picture: frames of every shot.",
    "report": "Write the film as a page: shots, takes, prompts, money.",
    "graph": "Show which shot waits for which.",
    "models": "Show what each model can do.",
    "routes": "Show who serves which model, and at what price.",
    "journal": "Show every paid job of this project.",
    "takes": "Show every take: which serves, how it was made, what it cost.",
    "pick": "Let a take serve.",
    "reject": "Let a take serve no more; the next good one does.",
    "note": "Say something of a frame of a take.",
    "retake": "Make further takes of a shot, to choose from.",
    "adopt": "Take a clip bought or shot elsewhere as a take.",
    "settle": "Say what became of a job nobody knows about.",
    "diff": "Show what changed in the film between two versions in git.",
    "schema": "Write the JSON Schema of storyboards, for editors.",
    "explain": "Explain a fault by its code.",
    "doctor": "Check this machine and project.",
    "export": "Hand the film over to an editor's program, its clips beside it.",
    "pack": "Put a film and all it is made from into one file.",
    "unpack": "Put a packed film in place; it renders with no key and no network.",
    "clean": "Remove what is not needed, after saying what.",
    "completion": "Print the shell completion script.",
}

EPILOG = """\b
Exit codes: 0 done, 1 some shot or the film failed, 2 wrong usage, 3 faults in a
storyboard, 4 `plan --exit-code` found work, 5 refused (a wall, no agreement, a
saved plan that moved), 6 a model cannot be reached, 130 interrupted."""


class Commands(click.Group):
    """The commands by name, each imported only when it is wanted."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click does; the words said are kept, for errors that tell how to go on."""
        said = tuple(args)
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.NoSuchOption as error:
            from pipeline.cli.slips import after_its_command

            raise after_its_command(error, said, self) from error
        context.meta["storyreel.said"] = said
        return context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"pipeline.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command named for a slip of the finger."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from pipeline.cli.slips import CommandSlip

            raise CommandSlip(args[0], list(COMMANDS), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the table above: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="storyreel")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output; auto colours a terminal unless NO_COLOR is set.",
)
@click.option(
    "--debug-log",
    metavar="FILE",
    help="Add a line of JSON for each request to FILE: who was asked and what came, no secrets.",
)
@click.pass_context
def storyreel(ctx: click.Context, color: str, debug_log: str | None) -> None:
    """Films as code: a storyboard in YAML becomes a film, and only what changed is made.

    BOARD is a storyboard's path, or just its name: `storyreel plan launch-day`.
    """
    from pipeline.cli.console import choose_colour
    from pipeline.settings import debug_log_of

    choose_colour(color)
    if chosen := debug_log or debug_log_of():
        from pipeline.cli.debug_log import debug_log as logging_to

        ctx.with_resource(logging_to(chosen, ctx.invoked_subcommand or ""))


def run() -> None:
    """The ``storyreel`` command."""
    from pipeline.cli.streams import prepare_streams

    prepare_streams()
    if not sys.warnoptions:  # a library's warnings are for us, not for film-makers
        import warnings

        warnings.simplefilter("ignore")
    sys.exit(exit_code_of(sys.argv[1:]))


def exit_code_of(arguments: list[str], outside: Outside | None = None) -> int:
    """Run a command line and give its exit code; every error is shown here and nowhere else.

    ``outside`` is what a render has instead of the machine's clocks and journal.
    """
    try:
        code = _called(arguments, outside)
    except Exception as error:  # noqa: BLE001 - the one place where every error ends
        from pipeline.cli.problems import show_problem

        code = show_problem(error, arguments)
    return code or _told_in_full()


def _called(arguments: list[str], outside: Outside | None) -> int:
    from pipeline.cli.words import colour_first

    try:
        result: Any = storyreel.main(
            [*colour_first(arguments)], prog_name="storyreel", standalone_mode=False, obj=outside
        )
    except (click.exceptions.Abort, KeyboardInterrupt):
        from pipeline.cli.problems import show_interrupted

        return show_interrupted(arguments)
    except click.ClickException as error:
        from pipeline.cli.problems import show_usage

        return show_usage(error, arguments)
    except (BrokenPipeError, SystemExit):  # click leaves like this where a reader has gone
        return 0
    return result if isinstance(result, int) else 0


def _told_in_full() -> int:
    """1 where what the command had to say could not be written, and an error that says so."""
    from pipeline.cli.streams import lost_output

    lost = lost_output()
    if lost is None:
        return 0
    from pipeline.cli.problems import show_problem
    from pipeline.errors import StoryreelError

    error = StoryreelError(
        f"Standard output could not be written: {lost.strerror or lost}.",
        hint="What the command did is done; only its words are lost.",
    )
    return show_problem(error, [])  # in words: standard output is what is lost
