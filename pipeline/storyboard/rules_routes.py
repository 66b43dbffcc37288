"""Rules about routes: each is known, serves the model, and sends what the shot shows."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.models.abilities import Model, Span
from pipeline.models.catalog import routes, routes_serving
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.model import ShotEntry, said
from pipeline.storyboard.resolver import mode_of, reference_images, routes_of
from pipeline.storyboard.sources import WrittenName
from pipeline.storyboard.spelling import did_you_mean


def routes_serve_the_model(ground: Ground) -> Iterator[Finding]:
    """Every route named is known, and serves the model of the shots that take it."""
    for place, shot in ground.shots():
        path = ground.path_of(place, "routes")
        model = ground.model(shot)
        if path is None:
            continue
        if model and model.built_in and path[0] == "defaults" and _has_own_model(ground, shot):
            model = None  # the defaults' routes are for the defaults' model
        for index, name in enumerate(said(ground.board, shot, "routes")):
            found = _route_fault(name, model, Aim((*path, index)), ShotId(shot.id))
            if found:
                yield found


def references_can_be_sent(ground: Ground) -> Iterator[Finding]:
    """Some route sends as many references as a shot shows; a warning names those that do not."""
    for place, shot in ground.shots():
        model = ground.model(shot)
        if model is None or not shot.references or not ground.shows_pictures(place):
            continue
        if mode_of(shot) != "references" and not model.references_with_frames:
            continue
        found = _count_fault(ground, place, shot, model)
        if found:
            yield found


def _count_fault(ground: Ground, place: int, shot: ShotEntry, model: Model) -> Finding | None:
    count = _pictures_sent(ground, place)
    takes = _takes(model, routes_of(ground.board, shot))
    refusing = {name: span for name, span in takes.items() if count not in span}
    if not refusing:
        return None
    limits = ", ".join(
        f"{name} takes {span.least} to {span.most}" for name, span in refusing.items()
    )
    pictures = "1 reference" if count == 1 else f"{count} references"
    aim = Aim(("shots", place, "references"), "key")
    if len(refusing) == len(takes):
        able = [
            name
            for name in routes_serving(model.name)
            if name not in takes and count in _takes(model, (name,))[name]
        ]
        return Finding(
            "reference-count",
            f"shot `{shot.id}` sends {pictures}; {limits}",
            aim,
            label=pictures,
            shot=ShotId(shot.id),
            help=f"take a route that can: {', '.join(able)}"
            if able
            else f"show {_fitting(takes)} of them",
        )
    return Finding(
        "reference-route",
        f"shot `{shot.id}` sends {pictures}; {limits}",
        aim,
        label=pictures,
        help="it will go by another of its routes",
        severity="warning",
        shot=ShotId(shot.id),
    )


def _takes(model: Model, names: tuple[str, ...]) -> dict[str, Span]:
    """By route (or the model itself, where it is built in) how many references it takes."""
    usual = model.references
    if usual is None:
        return {}
    served = {name: routes()[name].serves.get(model.name) for name in names if name in routes()}
    spans = {name: serves.references or usual for name, serves in served.items() if serves}
    return spans or {model.name: usual}


def _fitting(takes: dict[str, Span]) -> str:
    """How many references the most obliging route takes."""
    widest = max(takes.values(), key=lambda span: span.most)
    return f"{widest.least} to {widest.most}"


def _pictures_sent(ground: Ground, place: int) -> int:
    return sum(
        len(reference_images(ground.board, link.source.name))
        if isinstance(link.source, WrittenName)
        else 1
        for link in ground.links_by_shot[place]
        if link.kind == "references"
    )


def _has_own_model(ground: Ground, shot: ShotEntry) -> bool:
    return shot.model is not None and shot.model != ground.board.defaults.model


def _route_fault(name: str, model: Model | None, aim: Aim, shot: ShotId) -> Finding | None:
    if name not in routes():
        known = list(routes())
        return Finding(
            "unknown-route",
            f"there is no route `{name}`",
            aim,
            label="no such route",
            help=did_you_mean(name, known, f"routes are: {', '.join(known)}"),
            shot=shot,
        )
    if model is None or model.name in routes()[name].serves:
        return None
    serving = ", ".join(routes_serving(model.name))
    return Finding(
        "route-model",
        f"route `{name}` does not serve `{model.name}`",
        aim,
        label="does not serve it",
        shot=shot,
        help=f"routes that do: {serving}"
        if serving
        else "delete it: what is made here needs no route",
    )
