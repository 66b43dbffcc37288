"""What is said of chains that drift: in lines, in warnings, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading

    from pipeline.api import PlannedFilm
    from pipeline.film.hygiene import Drift, Link
    from pipeline.ids import ShotId
    from pipeline.store.clip import Clip

_MOST_LINES = 6
_MOST_NAMES = 8


def chains_of_plan(planned: PlannedFilm) -> list[dict[str, Any]]:
    """What is known of the chains of a planned film's clips; nothing is looked at anew."""
    from pipeline.planned import serving_clips

    return told_chains(planned, serving_clips(planned), measure=False)


def told_chains(
    planned: PlannedFilm,
    clips: Mapping[ShotId, Clip],
    *,
    measure: bool,
    stop: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """How far the film's chains have drifted, as JSON data; see ``film/drifting.py``."""
    from pipeline.film.drifting import drifts

    segments = planned.places.segments
    return chains_document(drifts(planned.film, clips, segments, measure=measure, stop=stop))


def chains_document(drifts: Sequence[Drift]) -> list[dict[str, Any]]:
    """Chains as JSON data: ``colour`` and ``sharpness`` are against the chain's first clip."""
    return [_document(drift) for drift in drifts]


def _document(drift: Drift) -> dict[str, Any]:
    worst, warned = drift.worst, drift.first_drifted
    return {
        "shots": list(drift.chain.shots),
        "depth": drift.chain.depth,
        "worst": worst.shot,
        "links": [_link(link) for link in drift.links],
        **({"warning": _warning(drift, warned)} if warned else {}),
    }


def _link(link: Link) -> dict[str, Any]:
    told = {
        "shot": link.shot,
        "colour": link.colour,
        "sharpness": link.sharpness,
        "drifted": link.drifted,
    }
    if link.references:
        told["from"] = dict(link.references)
    return {**told, "matched": True} if link.matched else told


def _warning(drift: Drift, link: Link) -> str:
    head = drift.chain.shots[0]
    back = f" bring its colours back with match: {head}," if link.off_colour else ""
    return (
        f"{link.shot} has drifted from {head}: {_words(_link(link))}; start it on a picture again "
        f"(first_frame: refs/..., or references: where its model takes them),{back} or cut to "
        "another shot between"
    )


def chain_lines(chains: Sequence[dict[str, Any]]) -> list[str]:
    """A line a chain, the worst first where there are many, from ``chains_document``'s data."""
    shown = list(chains)
    if len(shown) > _MOST_LINES:
        shown = sorted(shown, key=lambda chain: -_worst(chain)["colour"])[:_MOST_LINES]
    lines = [
        f"chain {_names(chain['shots'])}: {_words(_worst(chain))} by {chain['worst']}"
        for chain in shown
    ]
    left = len(chains) - len(shown)
    return [*lines, f"{left} more chains, none further off in colour"] if left else lines


def chain_warnings(chains: Sequence[dict[str, Any]]) -> list[str]:
    """What is warned of, each shot once though several chains go through it."""
    return list(dict.fromkeys(chain["warning"] for chain in chains if "warning" in chain))


def deep_chains(planned: PlannedFilm) -> list[str]:
    """Chains too long to be paid for unthinkingly, as ``check`` tells them, a line each."""
    name = planned.board.path.name
    return [
        f"{name}:{fault.span.line}: {fault.message}; {fault.help}"
        for fault in planned.board.warnings
        if fault.code == "chain-deep" and planned.draft is None
    ]


def _worst(chain: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(link for link in chain["links"] if link["shot"] == chain["worst"])
    return found


def _words(link: dict[str, Any]) -> str:
    colour = f"colour {link['colour']:g}" + (" (matched in the film)" if "matched" in link else "")
    away = "".join(f", {far:g} from {name}" for name, far in link.get("from", {}).items())
    return f"{colour}{away}, sharpness {round(100 * link['sharpness']):+d} %"


def _names(shots: Sequence[str]) -> str:
    names = shots if len(shots) <= _MOST_NAMES else (*shots[:4], "…", *shots[-3:])
    return f"{' > '.join(names)} ({len(shots) - 1} deep)" if len(shots) > 2 else " > ".join(names)
