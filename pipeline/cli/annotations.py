"""Faults as GitHub's workflow commands: printed in a job, they stand at their lines in the diff.

The format is that of github.com/actions/toolkit, docs/commands.md; GitHub shows ten of a kind for
each step.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.storyboard.drawing import harmless
from pipeline.storyboard.fault import Fault


def annotation(fault: Fault, file: str) -> str:
    """``::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message``, on one line.

    Args:
        fault: what is wrong, and where.
        file: the board, from this folder; GitHub wants it from the top of the repository. What
            is no file, such as standard input, is left out.
    """
    span = fault.span
    places = {
        **({"file": _from_the_top(file)} if Path(file).exists() else {}),
        "line": str(span.line),
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(span.end_column),
        "title": fault.code,
    }
    if span.end_line != span.line:  # columns are told only of faults on one line
        del places["col"], places["endColumn"]
    properties = ",".join(f"{name}={_property(value)}" for name, value in places.items())
    words = "\n".join(harmless(part) for part in (fault.message, fault.help) if part)
    return f"::{fault.severity} {properties}::{_data(words)}"


def _from_the_top(file: str) -> str:
    path = Path(os.path.normpath(Path(file).absolute()))
    top = next((folder for folder in path.parents if (folder / ".git").exists()), None)
    return path.relative_to(top).as_posix() if top else file


def _data(text: str) -> str:
    """As toolkit's ``escapeData``."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As toolkit's ``escapeProperty``."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
