"""What each code means, at length, with a board that has the fault and one that has not."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from pipeline.errors import UsageError
from pipeline.storyboard.spelling import nearest

_WIDTH = 88
_HEAD = "storyboard: 1\ntitle: The Snow Fox\n"
_SHOTS = "shots:\n  - id: sh010\n    prompt: Snow falls on an empty clearing.\n"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule: ``wrong`` breaks it and ``right`` keeps it; neither, where no text can show it."""

    code: str
    title: str
    text: str
    wrong: str | None = None
    right: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.code}: {self.title}", textwrap.fill(self.text.strip(), _WIDTH)]
        if self.wrong and self.right:
            parts += [f"Wrong:\n\n{_indented(self.wrong)}", f"Right:\n\n{_indented(self.right)}"]
        return "\n\n".join(parts)


def _read() -> dict[str, Explanation]:
    file = resources.files("pipeline.storyboard").joinpath("explanations.toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {code: Explanation(code, **entry) for code, entry in data.items()}


EXPLANATIONS: Mapping[str, Explanation] = _read()


def explain(code: str) -> Explanation:
    """The explanation of a code.

    Raises:
        UsageError: there is no such code.
    """
    if code not in EXPLANATIONS:
        known = f"Codes are: {', '.join(sorted(EXPLANATIONS))}."
        near = nearest(code, EXPLANATIONS)
        error = UsageError(
            f"There is no fault with the code {code}.",
            hint=f"Did you mean `{near}`?" if near else known,
        )
        raise error.with_meant(code, near)
    return EXPLANATIONS[code]


def whole_board(example: str) -> str:
    """An example as a board: with the lines that it leaves out for shortness."""
    shots = "" if "shots:" in example else _SHOTS
    return (_HEAD if "storyboard:" not in example else "") + example.rstrip("\n") + "\n" + shots


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n"))
