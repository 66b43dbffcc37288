"""``python -m pipeline.desk apiframe``: a vendor on your desk, until Ctrl-C."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pipeline.desk.amounts import spelled
from pipeline.desk.faults import mixture, parse_rules
from pipeline.desk.ledger import total
from pipeline.desk.listener import VENDORS
from pipeline.desk.options import parse_time
from pipeline.desk.server import Desk
from pipeline.errors import StoryreelError, UsageError
from pipeline.settings import read_settings

_ACCOUNT = re.compile(r"([^:]+):(\d+(?:\.\d+)?)", re.ASCII)
_PATH = click.Path(path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("vendor", type=click.Choice(sorted(VENDORS)))
@click.option("--port", type=int, help="0 takes any free one [8787 apiframe, 8788 empiriolabs].")
@click.option("--size", type=click.IntRange(16, 1080), help="Short side of the clips, in pixels.")
@click.option("--plain", is_flag=True, help="All clips of one length look alike: quick to make.")
@click.option(
    "--time",
    default="3-8",
    show_default=True,
    help="Seconds a job takes: 5, 2-20, or x0.5 (each second billed).",
)
@click.option("--speed", default=1.0, show_default=True, help="How fast the desk's clock runs.")
@click.option("--seed", default=1, show_default=True, help="Decides all that is drawn by lot.")
@click.option("--no-progress", is_flag=True, help="Jobs do not say how far they are.")
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="KEY:AMOUNT",
    help="An account and its money, in the vendor's unit; may be given again.",
)
@click.option("--most-jobs", type=click.IntRange(1), help="Jobs at once; the others wait.")
@click.option(
    "--most-requests",
    type=click.IntRange(1),
    help="Requests a minute before 429 [empiriolabs: 50].",
)
@click.option(
    "--refunds/--no-refunds", default=None, help="Whether failed jobs cost nothing [apiframe]."
)
@click.option("--job-life", type=float, help="Seconds a job is known [empiriolabs: 3600].")
@click.option("--link-life", type=float, help="Seconds a clip can be had [a day, or seven].")
@click.option("--upload-life", type=float, help="Seconds a picture is kept [an hour].")
@click.option("--smallest-picture", type=click.IntRange(1), help="Shortest side of one [300].")
@click.option("--data-uris", is_flag=True, default=None, help="Take pictures as data: URIs too.")
@click.option(
    "--variety/--no-variety",
    default=None,
    help="Answer in every shape the documents allow, drawn from the seed [it does].",
)
@click.option("--ledger", type=_PATH, help="Append every charge to this file, synced.")
@click.option("--clips", type=_PATH, help="Keep the clips here, and find them again.")
@click.option("--faults", type=_PATH, help="Rules of misbehaviour, as JSON.")
@click.option(
    "--mixture",
    "chance",
    type=click.FloatRange(0, 1),
    help="Misbehave in every way one can outlive, each with this chance.",
)
@click.option("--ffmpeg", type=_PATH, help="The ffmpeg to use.")
@click.option("--quiet", is_flag=True, help="Do not show the requests.")
def main(
    vendor: str, port: int | None, faults: Path | None, chance: float | None, **flags: Any
) -> None:
    """Speak VENDOR's API on this machine, strictly, with clips made on the spot.

    Nothing leaves the machine and nothing is paid. `POST /desk/faults` makes it misbehave,
    `GET /desk/ledger` shows what it charged. It prints the variables that make storyreel come
    here; two vendors' desks can be open at once.
    """  # fmt: skip
    try:
        rules = _rules(faults) + (mixture(chance) if chance else [])
        tell = None if flags.pop("quiet") else _tell
        port = VENDORS[vendor].port if port is None else port
        with Desk(vendor, port=port, tell=tell, rules=rules, **_options(flags)) as desk:
            _run(desk, vendor)
    except (StoryreelError, OSError, ValueError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


def _rules(path: Path | None) -> list[Any]:
    if path is None:
        return []
    try:
        return parse_rules(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise UsageError(f"{path} holds no rules: {error}.") from error


def _options(flags: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in flags.items() if value is not None}
    given["time"] = parse_time(given["time"])
    given["progress"] = not given.pop("no_progress")
    given["ffmpeg"] = given.get("ffmpeg") or read_settings(Path.cwd()).ffmpeg
    if accounts := given.pop("accounts"):
        given["accounts"] = dict(_account(one) for one in accounts)
    return given


def _account(written: str) -> tuple[str, Fraction]:
    match = _ACCOUNT.fullmatch(written)
    if not match:
        raise UsageError(f"{written!r} is no account.", hint="Write KEY:AMOUNT, as afk_me:12.50.")
    return match[1], Fraction(match[2])


def _tell(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)


def _run(desk: Desk, vendor: str) -> None:
    """Say how to come here, then wait for Ctrl-C."""
    click.echo(f"# {vendor} on your desk: {desk.url} (Ctrl-C ends it)")
    for name, value in desk.environment.items():
        click.echo(f"export {name}={value}")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        entries = desk.ledger()
        kept = f"{spelled(total(entries))} {VENDORS[vendor].unit}"
        click.echo(f"\n# {kept} kept in {len(entries)} lines", err=True)


if __name__ == "__main__":
    main()
