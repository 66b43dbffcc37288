"""``storyreel show``: exactly what one shot asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.boards import draft_of, draft_options, json_option, one_board, settings_options
from pipeline.cli.console import put, put_json

if TYPE_CHECKING:
    from pipeline.api import PlannedFilm
    from pipeline.plan.step import Step


@click.command("show")
@one_board
@click.argument("shot")
@draft_options
@json_option
@settings_options
def command(
    board: Path,
    shot: str,
    draft: bool,
    resolution: str | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Show exactly what one shot asks of its model: prompt, pictures, settings, price.

    The prompt is shown as each route that may serve the shot would get it.
    """
    from pipeline.api import plan_film
    from pipeline.plan.selection import shot_named

    planned = plan_film(board, draft=draft_of(draft, resolution), flags=flags)
    wanted = shot_named(planned.film, shot)
    step = next(step for step in planned.plan.steps if step.shot.id == wanted.id)
    document = shot_document(planned, step)
    if as_json:
        put_json(document)
    else:
        _show(document)
    return 0


def shot_document(planned: PlannedFilm, step: Step) -> dict[str, Any]:
    """A shot and its request as JSON data."""
    from pipeline.sidecars.plan_document import step_document

    shot = step.shot
    return {
        "schema": 1,
        "board": planned.board.name,
        **step_document(step),
        "scene": shot.scene,
        "beat": shot.beat,
        "line": shot.line,
        "prompts": _prompts(step),
        "pictures": _pictures(planned, step),
        "settings": {
            "resolution": shot.resolution,
            "aspect": _aspect(step),
            "width": shot.size.width,
            "height": shot.size.height,
            "rate": str(shot.clip_rate),
            "fit": shot.fit,
            "audio": "mute" if shot.muted else "keep",
            **_options(step),
        },
    }


def _aspect(step: Step) -> str:
    if step.shot.clip or step.request.aspect:
        return step.shot.aspect
    return "as the picture sent"


def _options(step: Step) -> dict[str, str]:
    """What its model is told besides; the digest of footage stands with its name."""
    if step.shot.clip:
        return {}
    return {name: text for name, text in step.request.options if name != "text"}


def _prompts(step: Step) -> dict[str, str]:
    from pipeline.models.catalog import routes
    from pipeline.storyboard.prompt import spell

    if step.shot.clip:
        return {}
    if step.shot.card:
        return {step.shot.model: step.shot.card.text}
    if not step.shot.routes:
        return {step.shot.model: spell(step.request.prompt, "[Image {n}]")}
    serving = ((name, routes()[name].serves.get(step.shot.model)) for name in step.shot.routes)
    return {
        name: spell(step.request.prompt, served.reference_token)
        for name, served in serving
        if served
    }


def _pictures(planned: PlannedFilm, step: Step) -> list[dict[str, Any]]:
    from pipeline.storyboard.shot import FrameOf, Picture

    uses: list[tuple[str, Any, str | None]] = []
    shot, request = step.shot, step.request
    if shot.clip:
        uses.append(("clip", shot.clip, shot.clip.digest))
    if shot.first_frame:
        uses.append(("first frame", shot.first_frame, request.first_frame))
    if shot.last_frame:
        uses.append(("last frame", shot.last_frame, request.last_frame))
    for number, source in enumerate(shot.references, 1):
        uses.append((f"reference {number}", source, request.references[number - 1]))
    root = planned.board.root.absolute()
    documents = []
    for use, source, digest in uses:
        frame = isinstance(source, FrameOf)
        place = str(source) if frame else _relative(source.path.absolute(), root)
        name = source.name if isinstance(source, Picture) else None
        documents.append({"use": use, "from": place, "name": name, "digest": digest})
    return documents


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _show(document: dict[str, Any]) -> None:
    head = " · ".join(str(document[k]) for k in ("shot", "scene", "beat") if document.get(k))
    put(click.style(head, bold=True))
    put(f"{document['action']}: {document['reason']}")
    put("")
    for route, prompt in document["prompts"].items():
        put(click.style(f"prompt for {route}", dim=True))
        put(f"  {prompt}")
    if document["pictures"]:
        put(click.style("pictures", dim=True))
        for picture in document["pictures"]:
            known = (picture["digest"] or "made before this shot")[
                : 12 if picture["digest"] else 99
            ]
            put(f"  {picture['use']:<12} {picture['from']}  {known}")
    put(click.style("settings", dim=True))
    rows = {
        "model": document["model"],
        "mode": document["mode"],
        "seed": document.get("seed"),
        "asked": f"{document['seconds_asked']} s",
        "billed": f"{document['seconds_billed']} s",
        "cut": f"{document['seconds_cut']} s, {document['frames_cut']} frames",
        "price": document["price"].get("text", "unknown"),
        "route": document.get("route"),
        **document["settings"],
        "key": document.get("key"),
    }
    for name, value in rows.items():
        if value is not None:
            put(f"  {name:<12} {value}")
