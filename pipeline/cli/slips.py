"""Slips of the finger on a command line: what was written, and what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import click

from pipeline.cli.words import Words, also, command_of, swapped, way, without
from pipeline.errors import UsageError, Way


class CommandSlip(click.UsageError):
    """There is no such command; ``meant`` is the nearest."""

    def __init__(self, written: str, known: Sequence[str], ctx: click.Context) -> None:
        self.written = written
        self.meant = next(iter(get_close_matches(written, known, n=1)), None)
        near = f" Did you mean '{self.meant}'?" if self.meant else ""
        super().__init__(f"No such command '{written}'.{near}", ctx)


class PlaceSlip(click.UsageError):
    """A board, or an option, stands where none is taken; ``meant`` is the line put right."""

    def __init__(self, message: str, ctx: click.Context, meant: Words) -> None:
        super().__init__(message, ctx)
        self.meant = meant


class ShotCommand(click.Command):
    """A command about a shot: its board is an option, though others begin with it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; of a board named first it is said where it goes."""
        said = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            from pipeline.cli.boards import board_names

            if not said or said[0] not in board_names():
                raise
            rest = tuple(said[1:])
            meant = (ctx.info_name or "", *also(rest, "--board", said[0]))
            line = f"{ctx.info_name} SHOT … --board {said[0]}"
            message = f"{said[0]} is a board; here the shot comes first: storyreel {line}"
            raise PlaceSlip(message, ctx, meant) from error


class BoardSlip(click.BadParameter):
    """There is no such board; ``known`` are those there are, the nearest first."""

    def __init__(
        self,
        message: str,
        ctx: click.Context | None,
        param: click.Parameter | None,
        *,
        written: str,
        known: Sequence[str],
    ) -> None:
        super().__init__(message, ctx, param)
        self.written = written
        self.known = known


def after_its_command(
    error: click.NoSuchOption, words: Words, group: click.Group
) -> click.UsageError:
    """The same error; of an option that the command takes, but after its name, where it goes."""
    written, ctx = error.option_name, error.ctx
    at = next((place for place, word in enumerate(words) if not word.startswith("-")), len(words))
    if ctx is None or written not in words[:at]:
        return error
    command = group.get_command(ctx, words[at]) if at < len(words) else None
    if command is None or not any(written in option.opts for option in command.params):
        return error
    place = words.index(written)
    meant = also((*words[:place], *words[place + 1 :]), written)
    message = f"{written} comes after the command: storyreel {words[at]} {written}"
    return PlaceSlip(message, ctx, meant)


def nearest_first(error: click.ClickException) -> click.ClickException:
    """The same error; of the options that may have been meant only the nearest is offered.

    Click sorts them by name: of ``--drft`` it offers ``--at`` first.
    """
    if not isinstance(error, click.NoSuchOption) or not error.possibilities:
        return error
    near = get_close_matches(error.option_name, error.possibilities, n=1, cutoff=0.0)
    return click.NoSuchOption(error.option_name, possibilities=near, ctx=error.ctx)


def as_ours(error: click.ClickException, words: Words) -> UsageError:
    """An error of click's as one of ours, with the command line that was meant."""
    command = command_of(words)
    known = command if command and not isinstance(error, CommandSlip) else ""
    hint = f"See {' '.join(filter(None, ('storyreel', known, '--help')))}."
    return UsageError(_sentence(error.format_message()), hint=hint).with_ways(_meant(error, words))


def _meant(error: click.ClickException, words: Words) -> tuple[Way, ...]:
    match error:
        case CommandSlip(meant=str(near)):
            return (way(swapped(words, error.written, near), "as asked", f"{near} was meant"),)
        case PlaceSlip(meant=meant):
            return (way(meant, "as asked", "this is its place"),)
        case click.NoSuchOption(possibilities=[near, *_]):
            return (_option_meant(error.option_name, near, words),)
        case BoardSlip(known=[_, *_]):
            # agreed was to the price of another
            said = without(words, {"--yes": 0, "-y": 0})
            return tuple(
                way(swapped(said, error.written, name), "as asked", f"{name} is a board here")
                for name in error.known
            )
        case BoardSlip():
            return (way(("init", "--json"), "free", "there is no board here; this writes one"),)
        case _:
            return ()


def _option_meant(written: str, near: str, words: Words) -> Way:
    return way(swapped(words, written, near), "as asked", f"{near} was meant")


def _sentence(text: str) -> str:
    """Click's words as a sentence on one line."""
    line = " ".join(text.split())
    return line if line.endswith((".", "?", "!")) else f"{line}."
