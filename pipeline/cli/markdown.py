"""GitHub's Markdown, spelled so that no text of an author or a vendor can become more than text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 200  # characters of one quoted text
_BLANK = re.compile(r"\s+")
_FENCES = re.compile(r"`+")
# letters, figures, and marks that mean nothing where they stand: no link, mention, issue or emoji
_HARMLESS = re.compile(
    r"(?:[A-Za-z0-9 ,;()$'?+]|[.:](?=\s|\d|$)|(?<=\w)-(?=[A-Za-z])|(?<= )-(?=\d)|(?<=\d)/(?=\d))*"
)
_LIKE_A_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")


def quoted(text: str) -> str:
    """``text`` as a code span: the one place where GitHub makes nothing of any character.

    Line breaks and control characters become visible or blanks, and a long text is cut.
    """
    from pipeline.storyboard.drawing import harmless

    inside = harmless(_BLANK.sub(" ", text).strip())
    if not inside:
        return ""
    inside = inside if len(inside) <= _MOST else f"{inside[: _MOST - 1]}…"
    longest = max((len(run) for run in _FENCES.findall(inside)), default=0)
    room = " " if inside[0] == "`" or inside[-1] == "`" else ""
    fence = "`" * (longest + 1)
    return f"{fence}{room}{inside}{room}{fence}"


def spelled(text: str) -> str:
    """``text`` plainly where it cannot be taken for anything else, quoted where it could."""
    plain = _HARMLESS.fullmatch(text) and not _LIKE_A_COMMIT.search(text)
    return text if plain and len(text) <= _MOST and text == text.strip() else quoted(text)


def sentence(text: str) -> str:
    """A sentence of ours in which `words` may stand in quotes: these as code, the rest spelled."""
    parts = re.split(r"`([^`]+)`", _BLANK.sub(" ", text))
    if "`" in "".join(parts[::2]):  # what was quoted has such marks of its own
        return quoted(text)
    told = ""
    for index, part in enumerate(parts):
        piece = quoted(part) if index % 2 else _between(part)
        touching = told.endswith("`") and piece.startswith("`")  # two fences would be one
        told += f" {piece}" if touching else piece
    return told


def _between(text: str) -> str:
    """``spelled``, with the blanks around it."""
    inside = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{spelled(inside)}{after}" if inside else text


def table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> str:
    """A table; its cells are ``quoted`` or ``spelled`` already.

    A pipe becomes its broken twin: behind a backslash no way of writing one keeps it in its cell.

    Args:
        headers: one a column.
        rows: of as many cells.
        right: columns of figures, by number from 0.
    """
    rule = ["---:" if index in right else "---" for index in range(len(headers))]
    whole = ([cell.replace("|", "¦") for cell in cells] for cells in (headers, rule, *rows))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in whole)


def folded(title: str, inside: str) -> str:
    """What is read only when it is opened; ``title`` is ours."""
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"
