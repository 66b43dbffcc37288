"""What a render may spend, as said on the command line; and asking before it does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm
    from pipeline.run.budget import Budget
    from pipeline.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Purse:
    """``--max-cost``, ``--max-jobs`` and the other words about money."""

    max_cost: str | None = None
    max_jobs: int | None = None
    allowed: tuple[str, ...] = ()
    yes: bool = False
    retry_failed: int = 0
    remake_missing: bool = False

    def budget(self, settings: Settings) -> Budget:
        """The budget these words and the settings make."""
        from pipeline.money import parse_amounts
        from pipeline.run.budget import Budget

        return Budget(
            max_cost=parse_amounts(self.max_cost) if self.max_cost else {},
            max_jobs=self.max_jobs,
            ceiling=parse_amounts(settings.ceiling) if settings.ceiling else {},
            allow_unknown_price=frozenset(self.allowed),
            rates=settings.rates,
            retry_failed=self.retry_failed,
            remake_missing=self.remake_missing,
        )

    def agree(self, planned: PlannedFilm) -> None:
        """Ask before money is spent.

        Raises:
            NotAgreedError: somebody said no, or nobody is there to ask and ``--yes`` was not said.
        """
        from pipeline.run.budget import NotAgreedError

        paid = [step for step in planned.plan.to_make if step.price is None or step.price.amount]
        if not paid or self.yes:
            return
        asked = f"{len(paid)} takes are ordered, for at most {planned.plan.at_most}."
        if not sys.stdin.isatty():
            raise NotAgreedError(
                asked,
                details="Nobody is at a terminal to agree; nothing was ordered.",
                hint="Say --yes, with a wall such as --max-cost 5 or --max-cost 800credits.",
            )
        if not click.confirm(f"{asked} Order them?", default=False, err=True):
            raise NotAgreedError(asked, details="You said no; nothing was ordered.")


def purse_options(function: _Function) -> _Function:
    """The options about money."""
    options = (
        click.option(
            "--max-cost",
            metavar="AMOUNT",
            help="Order nothing above it: 5 (USD), 800credits, or '5 + 800credits'.",
        ),
        click.option(
            "--max-jobs", type=click.IntRange(0), metavar="N", help="Order at most N jobs."
        ),
        click.option(
            "--allow-unknown-price",
            "allowed",
            metavar="NAME",
            multiple=True,
            help="A model or route that may be used though nobody knows its price.",
        ),
        click.option("--yes", "-y", is_flag=True, help="Spend without asking."),
    )
    for option in reversed(options):
        function = option(function)
    return function
