"""Speaks a line with ``espeak-ng``, where it is installed: a scratch voice, robotic and free.

It runs as a program of its own (GPL-3.0) and is found on the PATH. The text goes through its
standard input, so nothing in it can be taken for an option.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ToolFailedError, ToolMissingError

_PATIENCE = 60.0  # seconds; it speaks a page in less than one


@dataclass(frozen=True, slots=True)
class Voice:
    """An espeak-ng program."""

    path: Path

    @property
    def version(self) -> str:
        """What it says of itself, without where its data lie; part of cache keys.

        Raises:
            ToolMissingError: it cannot be started.
        """
        return _version(self.path)

    def speak(self, text: str, language: str, target: Path) -> None:
        """Write a line, spoken, as WAV.

        Args:
            text: the line.
            language: as espeak-ng names it (``de``, ``en-gb``); its own where empty.
            target: the file.

        Raises:
            ToolMissingError: it cannot be started.
            ToolFailedError: it does not know the language, or failed otherwise.
        """
        chosen = ["-v", language] if language else []
        words = text.replace("\0", " ").encode()
        code, said = _run(self.path, ["--stdin", *chosen, "-w", str(target.absolute())], words)
        if code or not target.is_file() or not target.stat().st_size:
            raise ToolFailedError(
                f"espeak-ng could not speak a line (exit {code}).",
                tail=said.decode(errors="replace").strip()[-500:],
                hint="See which languages it knows: espeak-ng --voices.",
            )


def find_voice() -> Voice | None:
    """The espeak-ng on the PATH, if there is one."""
    found = shutil.which("espeak-ng")
    return Voice(Path(found)) if found else None


@functools.cache
def _version(path: Path) -> str:
    code, said = _run(path, ["--version"], b"")
    words = said.decode(errors="replace").split("Data at")[0].strip()
    if code or "eSpeak NG" not in words:
        raise ToolMissingError(f"{path} is no working espeak-ng.", details=words[:200] or None)
    return words


def _run(path: Path, arguments: list[str], words: bytes) -> tuple[int, bytes]:
    try:
        done = subprocess.run(
            [str(path), *arguments], input=words, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolMissingError(f"{path} cannot be run.", details=str(error)) from error
    return done.returncode, done.stdout
