"""Who waits for whom: order, circles, ancestors, the critical path.

The only door to networkx, opened inside functions because its import costs more than most
commands. Nothing here recurses, so a chain may be as long as a film can be.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

Name = TypeVar("Name", bound=str)


def _digraph(waits_for: Mapping[Name, Sequence[Name]]) -> Any:
    """A networkx graph whose arrows go from a shot to the shots that wait for it."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(waits_for)
    graph.add_edges_from((first, then) for then, firsts in waits_for.items() for first in firsts)
    return graph


def find_circle(waits_for: Mapping[Name, Sequence[Name]]) -> list[Name] | None:
    """Some circle, as ``[a, b, c]`` where a waits for b, b for c and c for a; or none.

    Looked for only within a knot of shots that all wait for one another, from one of them:
    networkx's search over a whole graph walks a long chain again from each of its links.
    """
    import networkx as nx

    graph = _digraph(waits_for)
    knots = nx.strongly_connected_components(graph)
    knot = next((k for k in knots if any(graph.has_edge(n, n) for n in k) or len(k) > 1), None)
    if knot is None:
        return None
    inside = {name: [f for f in waits_for[name] if f in knot] for name in waits_for if name in knot}
    arrows = nx.find_cycle(_digraph(inside), next(iter(inside)))
    return [start for start, _ in reversed(arrows)]


@dataclass(frozen=True)
class ShotGraph:
    """The shots of a film by what they wait for; free of circles.

    ``order`` makes every shot after what it waits for, and otherwise keeps the order of the cut.
    """

    waits_for: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]

    @classmethod
    def of(cls, waits_for: Mapping[Name, Sequence[Name]]) -> ShotGraph:
        """Build the graph.

        Raises:
            ValueError: there is a circle; a checked board has none.
        """
        import networkx as nx

        place = {name: index for index, name in enumerate(waits_for)}
        try:
            order = tuple(nx.lexicographical_topological_sort(_digraph(waits_for), place.get))
        except nx.NetworkXUnfeasible as error:
            raise ValueError("the shots wait for one another in a circle") from error
        return cls({name: tuple(firsts) for name, firsts in waits_for.items()}, order)

    def needed_for(self, names: Iterable[str]) -> set[str]:
        """``names`` and every shot that must be made before them."""
        needed = set(names)
        for name in reversed(self.order):
            if name in needed:
                needed.update(self.waits_for[name])
        return needed

    def built_on(self, names: Iterable[str]) -> set[str]:
        """``names`` and every shot that waits for one of them, near or far."""
        built = set(names)
        for name in self.order:
            if not built.isdisjoint(self.waits_for[name]):
                built.add(name)
        return built

    def remaining(self, cost: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """For each shot the cost of the longest chain that begins with it."""
        remaining = {name: cost[name] for name in self.order}
        for name in reversed(self.order):
            for first in self.waits_for[name]:
                remaining[first] = max(remaining[first], cost[first] + remaining[name])
        return remaining

    def critical_path(self, cost: Mapping[str, Fraction]) -> tuple[str, ...]:
        """The costliest chain of shots, first to last; the run cannot be quicker than it."""
        remaining = self.remaining(cost)
        waiting = self.waiting()
        path: list[str] = []
        choices: Collection[str] = [name for name in self.order if not self.waits_for[name]]
        while choices:
            heaviest = max(choices, key=lambda name: remaining[name])
            if not remaining[heaviest]:
                break
            path.append(heaviest)
            choices = waiting[heaviest]
        return tuple(path)

    def longest_first(self, cost: Mapping[str, Fraction]) -> tuple[str, ...]:
        """An order to make shots in, one by one: of those that may begin, the longest chain's."""
        remaining, waiting = self.remaining(cost), self.waiting()
        place = {name: index for index, name in enumerate(self.order)}
        missing = {name: len(firsts) for name, firsts in self.waits_for.items()}
        ready = [(-remaining[n], place[n], n) for n in self.order if not missing[n]]
        heapq.heapify(ready)
        order: list[str] = []
        while ready:
            name = heapq.heappop(ready)[-1]
            order.append(name)
            for then in waiting[name]:
                missing[then] -= 1
                if not missing[then]:
                    heapq.heappush(ready, (-remaining[then], place[then], then))
        return tuple(order)

    def waiting(self) -> dict[str, list[str]]:
        """For each shot the shots that wait for it directly."""
        waiting: dict[str, list[str]] = {name: [] for name in self.order}
        for name in self.order:
            for first in self.waits_for[name]:
                waiting[first].append(name)
        return waiting

    def depth(self) -> dict[str, int]:
        """For each shot how many shots stand before it on its longest chain."""
        depth: dict[str, int] = {}
        for name in self.order:
            depth[name] = max((depth[first] + 1 for first in self.waits_for[name]), default=0)
        return depth
