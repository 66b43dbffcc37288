"""A program of the user's that is given a picture's path and prints the link to it.

One of two doors to processes (``media/ffmpeg.py`` is the other). Arguments go as a list, never
through a shell; no vendor's key is in its environment; nothing of its output is kept but the link.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pipeline.keys import key_variables
from pipeline.models.abilities import Route, Upload
from pipeline.publishers.interface import (
    LEAST_LIFE,
    NO_LIMIT,
    PICTURES,
    Means,
    UnpublishedError,
    read_picture,
)
from pipeline.publishers.links import why_no_link
from pipeline.publishers.table import Table
from pipeline.vendors.interface import Published
from pipeline.vendors.redaction import redact

PLACE = "{picture}"
"""Stands for the picture's path in the arguments; without it the path comes last."""

_MOST_SAID = 65_536  # bytes read of what a program says
_SHOWN = 4  # lines from the end of its errors
_AT_ONCE = 4
_USUAL_TIMEOUT, _USUAL_LIFE = 120, 3600  # seconds
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class CommandRecipe:
    """``[publisher.command]``: what to run, for how long, and how long its links live (seconds)."""

    run: tuple[str, ...]
    timeout: int = _USUAL_TIMEOUT
    life: int = _USUAL_LIFE
    name: str = "command"
    gap: float = 0.0

    @classmethod
    def read(cls, table: Table) -> Self:
        """From the user's table.

        Raises:
            SettingsError: a value means nothing.
        """
        table.only(("run", "timeout", "life"))
        return cls(
            table.words("run", f'["my-upload", "{PLACE}"], a program and its arguments'),
            table.number("timeout", _USUAL_TIMEOUT, 1, 3600),
            table.number("life", _USUAL_LIFE, LEAST_LIFE, 10**9),
        )

    def takes(self, route: Route) -> Upload | None:
        """Any route's that has no upload of its own."""
        if route.upload:
            return None
        return Upload(formats=PICTURES, most_bytes=NO_LIMIT, life=self.life)

    def lacks(self, means: Means) -> str | None:
        """The program, where it can be seen that it is not there."""
        import shutil

        if shutil.which(self.run[0], path=means.environment.get("PATH")) is None:
            return f"the program {self.run[0]} is not found"
        return None

    def made(self, means: Means) -> Command:
        """The publisher."""
        return Command(self, _without_keys(means), tuple(means.secrets()))


def _without_keys(means: Means) -> dict[str, str]:
    """The environment without vendors' keys, which are no business of other programs."""
    environment = means.environment
    kept = key_variables() | {
        value.strip()
        for name, value in environment.items()
        if name.startswith("STORYREEL_") and name.endswith("_KEY_VARIABLE")
    }
    return {name: value for name, value in environment.items() if name not in kept}


@dataclass(frozen=True)
class Command:
    """Runs the program for each picture, a few at once."""

    recipe: CommandRecipe
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE), repr=False)

    @property
    def name(self) -> str:
        """As the user names it."""
        return self.recipe.name

    def takes(self, route: Route) -> Upload | None:
        """As its recipe says."""
        return self.recipe.takes(route)

    async def publish(self, picture: Path) -> Published:
        """Run the program; the link is the one line it prints.

        Raises:
            UnpublishedError: it failed, took too long, or printed something else.
        """
        await asyncio.to_thread(read_picture, picture)
        since = time.time()
        async with self.turn:
            said = await self._said(_arguments(self.recipe.run, picture))
        lines = said.decode("utf-8", errors="replace").split()
        if len(lines) != 1:
            what = f"{len(lines)} words" if lines else "nothing"
            raise self._failed(f"printed {what}", "It is to print one link, and nothing else.")
        if why := why_no_link(lines[0]):
            raise self._failed(f"printed something that cannot be used: {why}", self._shown(said))
        return Published(lines[0], since + self.recipe.life)

    async def close(self) -> None:
        """Nothing is open: each program ends with its picture."""

    async def _said(self, arguments: list[str]) -> bytes:
        """What it says on standard output; it ended well and in time."""
        process = await self._started(arguments)
        try:
            async with asyncio.timeout(self.recipe.timeout):
                said, errors = await asyncio.gather(_read(process.stdout), _read(process.stderr))
                code = await process.wait()
        except TimeoutError:
            seconds = f"{self.recipe.timeout} s"
            raise self._failed(f"was not done after {seconds}", None) from None
        finally:
            await _end(process)
        if code:
            raise self._failed(f"ended with exit code {code}", self._shown(errors))
        if len(said) > _MOST_SAID:
            raise self._failed("printed more than a link", None)
        return said

    async def _started(self, arguments: list[str]) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *arguments,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be started so"
            raise self._failed("cannot be started", f"{why}.") from None

    def _shown(self, said: bytes) -> str:
        """The last lines, whole: half a link would not be known for one."""
        lines = said.decode("utf-8", errors="replace").splitlines()
        if len(said) > _MOST_SAID:
            del lines[:1]
        shown = (redact(line, self.secrets) for line in lines[-_SHOWN:])
        return "\n".join(line for line in shown if line)

    def _failed(self, how: str, details: str | None) -> UnpublishedError:
        program = Path(self.recipe.run[0]).name
        return UnpublishedError(
            f"The publisher {program} {how}.",
            details=details or None,
            hint="Run it by hand with a picture; it is `run` of [publisher.command] in your "
            "settings.",
        )


def _arguments(run: tuple[str, ...], picture: Path) -> list[str]:
    path = str(picture.absolute())
    if not any(PLACE in word for word in run[1:]):
        return [*run, path]
    return [run[0], *(word.replace(PLACE, path) for word in run[1:])]


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """What comes, to its end; of much the beginning is dropped, so that it cannot fill memory."""
    kept = b""
    while stream and (piece := await stream.read(_MOST_SAID)):
        kept = (kept + piece)[-2 * _MOST_SAID :]
    return kept


async def _end(process: Process) -> None:
    """End it and all it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, _KILL)  # it leads a session of its own
        await process.wait()
