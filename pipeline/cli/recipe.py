"""The recipe for a project's CI: where it goes, and with which paths and version in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pipeline import __version__
from pipeline.errors import UsageError

WORKFLOW = Path(".github", "workflows", "storyreel.yml")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A file that lets a CI service plan and draft a project's boards."""

    path: Path
    text: str

    def refuse_to_overwrite(self) -> None:
        """Another file of the name stays as it is.

        Raises:
            UsageError: there is one, and it differs.
        """
        try:
            there = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except UnicodeDecodeError:
            there = ""
        if there != self.text:
            raise UsageError(
                f"{self.path} is there already, and differs from what would be written.",
                hint="Rename it, run this again, and carry over what you had changed.",
            )


def github_recipe(folder: Path) -> Recipe:
    """The workflow for a project in ``folder``: at the top of its repository, where GitHub looks.

    Raises:
        UsageError: the way from there to the project cannot be written in a workflow.
    """
    top = _top_of(folder)
    inside = Path(os.path.relpath(folder.absolute(), top.absolute())).as_posix()
    if not re.fullmatch(r"[A-Za-z0-9._/-]+( [A-Za-z0-9._/-]+)*", inside):
        raise UsageError(
            f"GitHub's patterns would read more into the folder's name `{inside}`.",
            hint="Use letters, digits, blanks, `.`, `_` and `-` in it.",
        )
    text = resources.files("pipeline.cli").joinpath("data", "github.yml").read_text("utf-8")
    filled = {
        "@in@": "" if inside == "." else f"{inside}/",
        "@at@": inside,
        "@storyreel@": f"storyreel=={__version__}",
    }
    for place, words in filled.items():
        text = text.replace(place, words)
    return Recipe(top / WORKFLOW, text)


def _top_of(folder: Path) -> Path:
    """The top of the repository that ``folder`` lies in; where there is none, ``folder``."""
    around = [folder.absolute(), *folder.absolute().parents]
    top = next((place for place in around if (place / ".git").exists()), None)
    if top is None:
        return folder
    return folder if top == around[0] else Path(os.path.relpath(top))
