"""``storyreel init``: a project that renders at once."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from pipeline.cli.boards import json_option
from pipeline.cli.console import put, put_json, say
from pipeline.cli.git_checked import ATTRIBUTES
from pipeline.places import SUFFIX

_BOARD = """\
# yaml-language-server: $schema=storyboard.schema.json
# $schema: storyboard.schema.json

storyboard: 1
title: {title}

format:
  aspect: 16:9
  resolution: 720p
  fps: 24

# Said once, added to every shot.
look: warm evening light, muted colours

defaults:
  model: animatic        # free and offline; see `storyreel models` for the others
  duration: 3s

# Put pictures into refs/ and name them here, then use them as @name in a prompt:
#
# references:
#   hero: {{kind: character, image: refs/hero.png, description: a tall woman in a red coat}}

shots:
  - id: sh010
    beat: We arrive.
    prompt: |
      A wide valley at dusk. A single light burns in a window far away.
    camera: {{size: wide, move: pan_right}}

  - id: sh020
    beat: Closer.
    prompt: |
      The house stands alone in the grass. Somebody moves behind the window.
    first_frame: sh010.last      # starts where sh010 ends, so it waits for it
    camera: {{size: medium, move: dolly_in}}
    duration: 4.5s

  - id: sh030
    beat: It sees us.
    prompt: |
      The curtain is drawn back. A face looks straight at us.
    camera: {{size: close_up, move: static}}
"""

_REFS = """\
# Pictures

Reference pictures of the boards, by relative path: `refs/hero.png`. Write down here where each
comes from and on what terms it may be used.
"""

_IGNORED = ("/output/", ".env")


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--name", default="first-film", show_default=True, help="The first board's name.")
@click.option(
    "--ci",
    type=click.Choice(["github"]),
    help="Also write what makes GitHub plan and draft the boards on pull requests.",
)
@click.option(
    "--agents",
    is_flag=True,
    help="Also write AGENTS.md: how a coding agent works here. Other words in it stay.",
)
@json_option
def command(folder: Path, name: str, ci: str | None, agents: bool, as_json: bool) -> int:
    """Start a project in FOLDER (here, if none is named): a board that renders at once.

    Files that exist are left alone. Where boards are already, --ci and --agents write their files
    and no board.
    """
    from pipeline.cli.agents import agents_page
    from pipeline.cli.recipe import github_recipe
    from pipeline.errors import UsageError

    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", name):
        raise UsageError(
            f"`{name}` is no name for a board.", hint="Use small letters, digits, - and _."
        )
    recipe = github_recipe(folder) if ci else None
    if recipe:
        recipe.refuse_to_overwrite()
    page = agents_page(folder) if agents else None
    begun = _Begun()
    starts = not ((recipe or page) and _has_boards(folder))
    if starts:
        _start(begun, folder, name)
    if recipe:
        begun.write_new(recipe.path, recipe.text)
    if page:
        page.write()
        begun.tell(page.path, written=page.changed)
    if as_json:
        put_json(begun.document(folder, name if starts else None))
    else:
        put(_ready(folder, name, recipe.path if recipe else None, starts=starts))
    return 0


@dataclass(frozen=True)
class _Begun:
    """Files of a new project, as they are written or were there."""

    wrote: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)

    def write_new(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            self.tell(path, written=False)
        else:
            self.tell(path, written=True)

    def tell(self, path: Path, *, written: bool) -> None:
        (self.wrote if written else self.left_alone).append(str(path))
        say(f"wrote       {path}" if written else f"left alone  {path}")

    def document(self, folder: Path, board: str | None) -> dict[str, Any]:
        """As JSON data; ``board`` is absent where boards were there and none was begun."""
        begun = {"board": board, "path": _board_file(folder, board)} if board else {}
        told = {"wrote": self.wrote, "left_alone": self.left_alone}
        return {"schema": 1, "folder": str(folder), **begun, **told}


def _board_file(folder: Path, name: str) -> str:
    return str(folder / "storyboards" / f"{name}{SUFFIX}")


def _ready(folder: Path, name: str, recipe: Path | None, *, starts: bool) -> str:
    if recipe:
        return f"\nReady. Commit {recipe}; it says itself what it does."
    if not starts:
        return "\nReady."
    inside = f"cd {_quoted(folder)} && " if folder != Path() else ""
    return f"\nReady. See your film:\n\n  {inside}storyreel render {name}"


def _has_boards(folder: Path) -> bool:
    return any((folder / "storyboards").glob(f"**/*{SUFFIX}"))


def _start(begun: _Begun, folder: Path, name: str) -> None:
    """A board, its schema, a place for pictures, settings; what git must not keep."""
    from pipeline.storyboard.schema import schema_text

    boards = folder / "storyboards"
    title = name.replace("-", " ").replace("_", " ").title()
    files = {
        boards / f"{name}.storyboard.yaml": _BOARD.format(title=title),
        boards / "storyboard.schema.json": schema_text(),
        boards / "refs" / "README.md": _REFS,
        # each line of a lock stands for itself: what two branches add is kept
        boards / ".gitattributes": f"{ATTRIBUTES}\n",
        folder / "storyreel.toml": '# settings of this project: store = "...", jobs = 2\n',
    }
    for path, text in files.items():
        begun.write_new(path, text)
    _ignore(begun, folder / ".gitignore")


def _quoted(folder: Path) -> str:
    """The folder as a shell takes it for one word, and for no option."""
    word = shlex.quote(str(folder))
    return f"./{word}" if str(folder).startswith("-") else word


def _ignore(begun: _Begun, path: Path) -> None:
    """See that git ignores what must not be committed; lines that are there stay."""
    text = os.fsdecode(path.read_bytes()) if path.exists() else ""  # names of files, as git's
    missing = [line for line in _IGNORED if line not in text.splitlines()]
    if missing:
        start = text if not text or text.endswith("\n") else f"{text}\n"
        path.write_bytes(os.fsencode(start + "\n".join(missing) + "\n"))
        begun.tell(path, written=True)
