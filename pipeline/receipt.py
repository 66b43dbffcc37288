"""What a finished render saw and left, so that the next one can find nothing to do at once.

Only ``json``, ``hashlib`` and ``os``: this is the path of a render with nothing to do, and it must
not pay for importing what it does not use. It may say "look closer" too often, never too seldom:
every file the result hangs on is here with size, time of change and inode (absent files too), the
board by its digest, with the options, the environment and the program itself.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline import __version__

SCHEMA = 1
_VARIABLES = (
    "STORYREEL_STORE", "STORYREEL_FFMPEG", "STORYREEL_CONFIG", "IMAGEIO_FFMPEG_EXE", "PATH",
    "HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA",
)  # fmt: skip


def receipt_for(
    *,
    board: Path,
    options: Mapping[str, Any],
    watched: Iterable[Path],
    environment: Mapping[str, str],
    result: Mapping[str, Any],
) -> str:
    """A receipt's text.

    Args:
        board: the board, kept by the digest of its bytes.
        options: the flags that shaped the render.
        watched: every other file it hung on or left: pictures, lock, settings, clips, film, ffmpeg.
        environment: the process's.
        result: what to tell again when nothing has changed.
    """
    return json.dumps(
        {
            "schema": SCHEMA,
            "program": _program(),
            "options": dict(options),
            "environment": _environment(environment),
            "board": [str(board), _digest(board)],
            "watched": {str(path): _seen(str(path)) for path in watched},
            "result": dict(result),
        }
    )


def unchanged(
    receipt: Path, board: Path, options: Mapping[str, Any], environment: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """The last render's result, if nothing it hung on has changed since; else none."""
    try:
        told = json.loads(receipt.read_bytes())
        same = (
            told["schema"] == SCHEMA
            and told["options"] == dict(options)
            and told["board"] == [str(board), _digest(board)]
            and told["program"] == _program()
            and told["environment"] == _environment(environment)
            and all(_seen(path) == seen for path, seen in told["watched"].items())
        )
        return dict(told["result"]) if same else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _seen(path: str) -> list[int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a thousand of these decide how long a no-op takes
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in _VARIABLES if name in environment}


def _program() -> list[Any]:
    """The version, and the newest file of the program itself: people work on it, too."""
    newest, count = 0, 0
    folders = [os.path.dirname(__file__)]  # noqa: PTH120 - as above
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                else:
                    newest = max(newest, entry.stat().st_mtime_ns)
                    count += 1
    return [__version__, count, newest]
