"""What doctor says of one thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is, and what to do if it is not well."""

    name: str
    state: State
    text: str
    fix: str | None = None
