"""Rules about pictures: they are there, and the model that gets them can take them."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.media.pictures import PictureFacts
from pipeline.models.abilities import Model
from pipeline.models.catalog import models
from pipeline.storyboard.beside import FileTrouble
from pipeline.storyboard.fault import Path
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground, Link
from pipeline.storyboard.model import Reference
from pipeline.storyboard.pictures import BoardPicture
from pipeline.storyboard.sources import WrittenFrame, WrittenName, WrittenPicture


def pictures_can_be_read(ground: Ground) -> Iterator[Finding]:
    """Every picture a board names is a picture inside the project."""
    for name, reference in ground.board.references.items():
        for path, written in _images(name, reference):
            seen = ground.album.look(written)
            if isinstance(seen, FileTrouble):
                yield _trouble(seen, Aim(path))
    for link in ground.links:
        if isinstance(link.source, WrittenPicture):
            seen = ground.album.look(link.source.path)
            if isinstance(seen, FileTrouble):
                yield _trouble(seen, Aim(link.path))


def shown_references_have_pictures(ground: Ground) -> Iterator[Finding]:
    """A reference that a shot shows or starts on has a picture to show."""
    for link in ground.links:
        if not isinstance(link.source, WrittenName):
            continue
        reference = ground.board.references.get(link.source.name)
        if reference and not (reference.image or reference.images):
            name = link.source.name
            yield Finding(
                "picture-needed",
                f"reference `{name}` has no picture to show",
                Aim(link.path),
                label="a picture is needed here",
                shot=link.shot,
                help=f"give it `image:`, or speak of it in the prompt as `@{name}`",
                second=(Aim(("references", name), "key"), "has words only"),
            )


def models_take_the_pictures(ground: Ground) -> Iterator[Finding]:
    """Every picture sent has a format, size and shape that the shot's model takes."""
    for link in ground.links:
        model = ground.model(ground.board.shots[link.place])
        if model is None or not model.picture.formats:
            continue
        for path, written in _sent(ground, link):
            seen = ground.album.look(written)
            if isinstance(seen, BoardPicture):
                yield from _unfit(model, link, path, seen)
        if frame := _frame_of_footage(ground, link):
            yield from _unfit(model, link, link.path, frame)


def _images(name: str, reference: Reference) -> Iterator[tuple[Path, str]]:
    if reference.image is not None:
        yield ("references", name, "image"), reference.image
    for index, written in enumerate(reference.images or ()):
        yield ("references", name, "images", index), written


def _sent(ground: Ground, link: Link) -> Iterator[tuple[Path, str]]:
    """The pictures a link sends, and where each is written; frames of shots are made later."""
    if isinstance(link.source, WrittenPicture):
        yield link.path, link.source.path
    if isinstance(link.source, WrittenName):
        reference = ground.board.references.get(link.source.name)
        images = list(_images(link.source.name, reference)) if reference else []
        yield from images if link.kind == "references" else images[:1]


def _frame_of_footage(ground: Ground, link: Link) -> BoardPicture | None:
    """The frame of footage that a link sends, as large as its clip; what is made fits."""
    if not isinstance(link.source, WrittenFrame):
        return None
    place = ground.first_places.get(link.source.shot)
    clip = ground.clip(ground.board.shots[place]) if place is not None else None
    if clip is None:
        return None
    width, height = clip.facts.shown_size
    facts = PictureFacts(width, height, "PNG", "RGB", 0, clip.digest)
    return BoardPicture(link.written, clip.path, facts)


def _trouble(trouble: FileTrouble, aim: Aim) -> Finding:
    return Finding(trouble.code, trouble.message, aim, help=trouble.help)


def _unfit(model: Model, link: Link, path: Path, picture: BoardPicture) -> Iterator[Finding]:
    """What keeps ``model`` from taking ``picture`` in the way the link asks for."""
    needs, facts = model.picture, picture.facts
    shown = link.kind == "references"
    least = needs.reference_least_side if shown else needs.least_side
    use = "as a reference" if shown else f"as a {link.kind.replace('_', ' ')}"
    size = f"{facts.width} x {facts.height}"
    shape = max(facts.width, facts.height) / min(facts.width, facts.height)
    if facts.format not in needs.formats:
        yield _refusal(
            "picture-format",
            f"`{picture.written}` is {facts.format}; `{model.name}` takes {_listed(needs.formats)}",
            "save it as PNG or JPEG",
            link,
            path,
        )
    elif min(facts.width, facts.height) < least:
        yield _refusal(
            "picture-small",
            f"`{picture.written}` is {size} pixels; {use}, "
            f"`{model.name}` needs {least} on each side",
            _taken_by_others(facts.width, facts.height, shown),
            link,
            path,
        )
    elif shape > needs.widest:
        yield _refusal(
            "picture-shape",
            f"`{picture.written}` is {size} pixels, {shape:.1f} times "
            f"as long as short; `{model.name}` takes up to {float(needs.widest):g}",
            "crop it",
            link,
            path,
        )
    elif facts.bytes > needs.most_bytes:
        yield _refusal(
            "picture-large",
            f"`{picture.written}` has {facts.bytes:,} bytes; "
            f"`{model.name}` takes up to {needs.most_bytes:,}",
            "save it as JPEG, or smaller",
            link,
            path,
        )


def _refusal(code: str, message: str, hint: str, link: Link, path: Path) -> Finding:
    second = None if path == link.path else (Aim(path), "the picture")
    return Finding(
        code, message, Aim(link.path), label="used here", help=hint, second=second, shot=link.shot
    )


def _taken_by_others(width: int, height: int, shown: bool) -> str:
    side = min(width, height)
    able = [
        name
        for name, model in models().items()
        if ("references" if shown else "first_frame") in model.modes
        and (model.picture.reference_least_side if shown else model.picture.least_side) <= side
    ]
    return "use a larger picture" + (
        f", or a model that takes it: {', '.join(able)}" if able else ""
    )


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
