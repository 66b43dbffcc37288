"""Rules about names: each thing has one of its own, and references are used."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.prompt import mentions
from pipeline.storyboard.sources import WrittenName


def ids_are_unique(ground: Ground) -> Iterator[Finding]:
    """No two shots have one id."""
    for place, shot in ground.shots():
        first = ground.first_places[shot.id]
        if first != place:
            yield Finding(
                "duplicate-id",
                f"two shots are called `{shot.id}`",
                Aim(("shots", place, "id")),
                label="again here",
                help="give this one an id of its own",
                second=(Aim(("shots", first, "id")), "the first of that name"),
                shot=ShotId(shot.id),
            )


def names_are_apart(ground: Ground) -> Iterator[Finding]:
    """No shot is called as a reference is: ``@name`` would mean two things."""
    for name, place in ground.first_places.items():
        if name in ground.board.references:
            yield Finding(
                "name-taken",
                f"`{name}` is both a shot and a reference",
                Aim(("shots", place, "id")),
                label="this shot",
                help="rename one of them: `@name` has to mean one thing",
                second=(Aim(("references", name), "key"), "this reference"),
                shot=ShotId(name),
            )


def one_kind_of_picture(ground: Ground) -> Iterator[Finding]:
    """A reference says ``image`` or ``images``, not both."""
    for name, reference in ground.board.references.items():
        if reference.image is not None and reference.images is not None:
            yield Finding(
                "picture-twice",
                f"reference `{name}` has both `image` and `images`",
                Aim(("references", name, "images"), "key"),
                label="and these",
                help="put all of them under `images`",
                second=(Aim(("references", name, "image"), "key"), "this"),
            )


def references_are_used(ground: Ground) -> Iterator[Finding]:
    """A warning for each reference that no shot shows or speaks of."""
    used = {link.source.name for link in ground.links if isinstance(link.source, WrittenName)}
    for _, shot in ground.shots():
        used.update(mention.name for mention in mentions(shot.prompt))
    for name in ground.board.references:
        if name not in used:
            yield Finding(
                "unused-reference",
                f"no shot uses reference `{name}`",
                Aim(("references", name), "key"),
                label="never used",
                severity="warning",
                help=f"show it (`references: [{name}]`), speak of it (`@{name}`), or delete it",
            )
