"""The page that tells a coding agent how to work in a project; a person's words stay around it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.files import read_regular, write_whole

PAGE = "AGENTS.md"
_BEGIN = b"<!-- storyreel begins -->"  # for ever: pages of older versions are found by it
_END = b"<!-- storyreel ends -->"


@dataclass(frozen=True, slots=True)
class AgentsPage:
    """``AGENTS.md`` as it would be written; ``changed`` is false where it says so already."""

    path: Path
    data: bytes
    changed: bool

    def write(self) -> None:
        """Put it there, whole or not at all."""
        if self.changed:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path.resolve(), self.data)


def agents_page(folder: Path) -> AgentsPage:
    """The page for a project in ``folder``.

    A file that is there keeps every byte outside our marks; without marks the page goes to its end.

    Raises:
        UsageError: the marks in it are not one pair, or it is no file.
    """
    path = folder / PAGE
    place = path.resolve()  # where it is a link to another page of the project, that is written
    if not place.is_relative_to(folder.resolve()):
        raise _left(path, "is a link out of the project", "Put a file in its place")
    try:
        there = read_regular(place)
    except FileNotFoundError:
        there = b""
    except OSError as error:
        raise _left(
            path, f"cannot be read ({error.strerror})", "Put a file in its place"
        ) from error
    data = _merged(path, there)
    return AgentsPage(path, data, data != there)


def _merged(path: Path, there: bytes) -> bytes:
    page = resources.files("pipeline.cli").joinpath("data", "agents.md").read_bytes()
    line = b"\r\n" if b"\r\n" in there else b"\n"
    block = line.join([_BEGIN, b"", *page.strip().splitlines(), b"", _END])
    begins, ends = there.count(_BEGIN), there.count(_END)
    if not begins and not ends:
        gap = b"" if not there else line if there.endswith(b"\n") else line * 2
        return there + gap + block + line
    start, end = there.find(_BEGIN), there.find(_END)
    if (begins, ends) != (1, 1) or end < start:
        words = "Delete the lines in it that begin with `<!-- storyreel`"
        raise _left(path, "has marks of storyreel that are not one pair", words)
    return there[:start] + block + there[end + len(_END) :]


def _left(path: Path, why: str, way_out: str) -> UsageError:
    return UsageError(
        f"{path} {why}; it is left as it is.", hint=f"{way_out}, and run storyreel init --agents."
    )
