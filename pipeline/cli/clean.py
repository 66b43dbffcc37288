"""``storyreel clean``: remove what is not needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.boards import json_option, said_words, settings_options
from pipeline.cli.console import put, put_json, say
from pipeline.cli.words import Words, also, way
from pipeline.errors import Way

if TYPE_CHECKING:
    from pipeline.store.cleaning import Cleaning


@click.command("clean")
@click.option(
    "--yes", "-y", is_flag=True, help="Remove without asking; without a terminal it is needed."
)
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be removed, remove nothing.")
@click.option("--paid", is_flag=True, help="Also clips that money was paid for; each is listed.")
@json_option
@settings_options
def command(yes: bool, dry_run: bool, paid: bool, as_json: bool, **flags: str | None) -> int:
    """Remove what is not needed, after saying what.

    That is half-made files, pieces of old films, previews, outputs that no board asks for any more,
    and free clips that no film of this project uses now. A clip that was paid for stays unless
    --paid is given; its price is listed first.
    """
    from pipeline.errors import UsageError
    from pipeline.settings import read_settings
    from pipeline.store.cleaning import what_to_clean
    from pipeline.store.store import Store

    root = _root()
    settings = read_settings(root, flags=flags)
    folder = settings.store or root / "output" / "store"
    store = Store(folder)
    found = what_to_clean(store, _used(root), paid=paid, beside=_beside(root))
    document = {
        "schema": 1,
        "store": str(folder),
        "leftovers": [str(path) for path in found.leftovers],
        "clips": [
            {"clip": item.digest, "shot": item.label, "price": item.price, "bytes": item.bytes}
            for item in found.clips
        ],
        "bytes": found.bytes,
        "kept_paid": found.kept_paid,
        "removed": False,
    }
    if not as_json:
        _tell(folder, found, root)
    if not found.bytes and not found.leftovers and not found.clips:
        if as_json:
            put_json(document)
        return 0
    if not dry_run:
        if not yes and not _agreed():
            error = UsageError("Nothing was removed.", hint="Say --yes to remove it.")
            raise error.with_ways(_ways(found, said_words()))
        with _nobody_rendering(root):
            later = what_to_clean(store, _used(root), paid=paid, beside=_beside(root))
            found.also_in(later).remove(store)
        document["removed"] = True
    if as_json:
        put_json(document)
    elif document["removed"]:
        say(f"removed {_size(found.bytes)}")
    return 0


def _ways(found: Cleaning, words: Words) -> tuple[Way, ...]:
    count = f"{len(found.clips)} clips and {len(found.leftovers)} leftovers, {_size(found.bytes)}"
    prices = ", ".join(sorted({clip.price for clip in found.clips}))
    costs = f"clips that were paid for: {prices}" if "--paid" in words else "free"
    return (
        way(also(words, "--dry-run"), "free", "lists what would be removed, and removes nothing"),
        way(also(words, "--yes"), costs, f"removes {count}"),
    )


@contextlib.contextmanager
def _nobody_rendering(root: Path) -> Iterator[None]:
    """Hold every board's turn: a render at work needs clips that no film shows yet.

    Raises:
        UsageError: a board is being rendered just now.
    """
    from pipeline.errors import UsageError
    from pipeline.files import held

    def refuse() -> None:
        raise UsageError(
            "A film of this project is being rendered just now; nothing was removed.",
            hint="Run storyreel clean when it is done.",
        )

    with contextlib.ExitStack() as turns:
        for path in sorted((root / "output").glob("**/render.flock")):
            turns.enter_context(held(path, refuse))
        yield


def _root() -> Path:
    from pipeline.places import find_root

    boards = Path("storyboards")
    return find_root((boards if boards.is_dir() else Path()) / "any.storyboard.yaml")


def _used(root: Path) -> set[str] | None:
    """The clips of every film as it was last cut, and those that were picked.

    None where that of one film is not known.
    """
    from pipeline.files import load_json
    from pipeline.sidecars.lock_file import load_lock

    used: set[str] = set()
    for path in (
        *(root / "storyboards").glob("**/*.lock.toml"),
        *root.glob("output/**/*.lock.toml"),
    ):
        picks = (block.pick for block in load_lock(path).shots.values())
        used.update(pick for pick in picks if pick)
    for path in (root / "output").glob("**/*.cuts.json"):
        try:
            used.update(cut["clip"] for cut in load_json(path)["list"]["cuts"])
        except (OSError, ValueError, KeyError, TypeError):
            say(f"{path} cannot be read, so every clip stays: cut that film again first")
            return None
    return used


def _beside(root: Path) -> list[Path]:
    """What lies beside the films of every board that can be read, and is asked for no more."""
    from pipeline.errors import StoryreelError
    from pipeline.places import SUFFIX, places_for
    from pipeline.sidecars.leftovers import files_of, forgotten_outputs, previews
    from pipeline.storyboard.loader import load_board

    found: list[Path] = []
    boards = [*root.glob(f"*{SUFFIX}"), *(root / "storyboards").glob(f"**/*{SUFFIX}")]
    for path in sorted(boards):
        folder = places_for(path, root, store=None, draft=None).folder
        drafts = sorted(each.name for each in folder.glob("draft*") if each.is_dir())
        places = [places_for(path, root, store=None, draft=draft) for draft in (None, *drafts)]
        found += (file for place in places for file in previews(place.folder))
        try:
            asked = load_board(path).storyboard.deliver
        except (StoryreelError, OSError):
            continue  # nobody knows what a board with faults asks for
        outputs = (out for place in places for out in forgotten_outputs(place.film, asked))
        found += (file for output in outputs for file in files_of(output))
    return found


def _tell(folder: Path, found: Cleaning, root: Path) -> None:
    put(f"store: {folder}")
    for path in found.leftovers:
        if (
            path.suffix == ".mp4"
            and path.is_relative_to(root / "output")
            and (not path.is_relative_to(folder))
        ):
            put(f"film {path.relative_to(root)}")
    if found.leftovers:
        put(f"{len(found.leftovers)} leftover files")
    for clip in found.clips:
        put(f"clip {clip.digest[:12]}  {clip.label}  {_size(clip.bytes)}  {clip.price}")
    if found.kept_paid:
        put(f"{found.kept_paid} unused clips were paid for and stay (--paid removes them)")
    whole = found.leftovers or found.clips
    put(f"{_size(found.bytes)} in all" if whole else "nothing to remove")


def _agreed() -> bool:
    import sys

    return sys.stdin.isatty() and click.confirm("Remove it?", default=False, err=True)


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
