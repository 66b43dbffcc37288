"""What a run may spend, as the user said it; and the check before anything is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.errors import StoryreelError
from pipeline.journal.wall import Wall
from pipeline.money import Total
from pipeline.plan.step import Plan


@dataclass(frozen=True, slots=True)
class Budget:
    """Ceilings and permissions of one run.

    Args:
        max_cost: the most this run may cost, by unit.
        max_jobs: the most jobs it may order.
        ceiling: the most the project may ever cost, by unit.
        allow_unknown_price: models and routes that may be used though nobody knows their price.
        rates: USD for one unit of a route's own, by route, as the user configured it.
        retry_failed: how many new attempts a take that failed may have.
        remake_missing: pay again for takes whose clips are gone.
    """

    max_cost: Mapping[str, Fraction] = field(default_factory=dict)
    max_jobs: int | None = None
    ceiling: Mapping[str, Fraction] = field(default_factory=dict)
    allow_unknown_price: frozenset[str] = frozenset()
    rates: Mapping[str, Fraction] = field(default_factory=dict)
    retry_failed: int = 0
    remake_missing: bool = False

    @property
    def wall(self) -> Wall:
        """The same for the journal, which asks it inside each intent's transaction."""
        return Wall(
            run=self.max_cost,
            project=self.ceiling,
            max_jobs=self.max_jobs,
            allow_unknown_price=self.allow_unknown_price,
            rates=self.rates,
        )


class OverBudgetError(StoryreelError):
    """The plan may cost more than it may; nothing was ordered."""

    exit_code = 5
    code = "over-budget"


class NotAgreedError(StoryreelError):
    """Nobody agreed to spend; nothing was ordered."""

    exit_code = 5
    code = "not-agreed"


def refuse_over_budget(plan: Plan, budget: Budget) -> None:
    """Compare the plan's "at most" with the run's ceilings before anything is ordered.

    Raises:
        OverBudgetError: it may go over, or cannot be compared.
    """
    paid = [step for step in plan.to_make if step.price is None or step.price.amount]
    if budget.max_jobs is not None and len(paid) > budget.max_jobs:
        raise OverBudgetError(
            f"The plan orders up to {len(paid)} jobs, and --max-jobs is {budget.max_jobs}.",
            hint="Choose shots with --shot, or raise --max-jobs.",
        )
    if budget.max_cost and paid:
        _refuse_over_cost(plan.at_most, budget)


def _refuse_over_cost(total: Total, budget: Budget) -> None:
    wall = Total(tuple(sorted(budget.max_cost.items())), 0)
    told = f"The plan costs at most {total}, and --max-cost is {wall}"
    in_unit = dict(total.amounts)
    others = [name for name, amount in in_unit.items() if name not in budget.max_cost and amount]
    if others and not budget.rates:
        units = " and ".join(budget.max_cost)
        raise OverBudgetError(
            f"{told}: {' and '.join(others)} cannot be compared with {units}.",
            hint=f"Add a wall in {others[0]} (such as '{wall} + 800{others[0]}'), or set a rate.",
        )
    if total.unknown and not budget.allow_unknown_price:
        raise OverBudgetError(
            f"{told}: the price of {total.unknown} takes is not known.",
            hint="Allow it by name: --allow-unknown-price MODEL.",
        )
    over = any(in_unit.get(unit, Fraction(0)) > most for unit, most in budget.max_cost.items())
    if over and not others:
        raise OverBudgetError(
            f"{told}.", hint="Choose shots with --shot, or raise --max-cost. Nothing was ordered."
        )
