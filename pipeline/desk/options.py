"""How a desk is set up; what the command's flags and the tests' helper both give."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from pipeline.desk.faults import Rule

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class JobTime:
    """How long a job takes, in the desk's seconds.

    From ``least`` to ``most``, drawn from the seed and what is asked, so that the same run takes
    as long again; and ``for_each`` for every second billed.
    """

    least: float = 0.0
    most: float = 0.0
    for_each: float = 0.0

    def of(self, seed: int, asked: str, billed: int) -> float:
        """How long this one takes."""
        digest = hashlib.sha256(f"{seed}|time|{asked}".encode()).digest()
        drawn = int.from_bytes(digest[:8], "big") / 2**64
        return self.least + drawn * (self.most - self.least) + self.for_each * billed


_TIME = re.compile(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?|x(\d+(?:\.\d+)?)")


def parse_time(written: str) -> JobTime:
    """``5``, ``2-20``, or ``x0.5`` for half a second each second billed.

    Raises:
        ValueError: it is none of them.
    """
    match = _TIME.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is no time; write 5, 2-20 or x0.5")
    if match[3]:
        return JobTime(for_each=float(match[3]))
    least = float(match[1])
    return JobTime(least, max(least, float(match[2] or least)))


@dataclass(frozen=True, slots=True)
class Options:
    """How a desk is set up.

    ``accounts`` are keys and their money, in the vendor's unit; ``inactive`` keys are refused.
    ``size`` is the short side of the clips made, in place of the resolution asked. ``plain`` clips
    are all alike. ``most_jobs`` run at once in an account, the others wait; ``most_requests`` a
    minute are answered. A failed job ``refunds`` its price. A job's state is kept ``job_life``
    after its end, its clip ``link_life``. With ``variety`` a vendor that documents little answers
    in every shape its documents allow, drawn from the seed. All times are the desk's. What is
    usual for one vendor stands with it.
    """

    accounts: Mapping[str, Fraction] = field(default_factory=dict)
    inactive: tuple[str, ...] = ()
    size: int | None = None
    plain: bool = False
    time: JobTime = field(default_factory=JobTime)
    progress: bool = True
    seed: int = 1
    speed: float = 1.0
    ledger: Path | None = None
    clips: Path | None = None
    rules: tuple[Rule, ...] = ()
    most_jobs: int | None = None
    most_requests: int | None = None
    refunds: bool = True
    job_life: float = float("inf")
    link_life: float = DAY
    upload_life: float = 3600.0
    smallest_picture: int | None = None
    data_uris: bool = False
    variety: bool = True
    ffmpeg: Path | None = None

    @property
    def least_side(self) -> int:
        """The shortest side a picture given may have.

        [doc] 300 pixels. Where the clips are made smaller than that on purpose, their own frames
        must do.
        """
        return self.smallest_picture or min(300, self.size or 300)
