"""Rules about how a shot lies in the frame and in the dark: focus and fades are of use and fit."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import fades_of, transition_of, use_of
from pipeline.storyboard.model import said
from pipeline.storyboard.transitions import Transition
from pipeline.timing import whole_frames


def fades_meet_no_transition(ground: Ground) -> Iterator[Finding]:
    """No end of a shot has both a fade and a transition."""
    for place, shot in ground.shots():
        fades = fades_of(shot, ground.rate)
        for name, fade, other in zip(
            ("fade_in", "fade_out"), fades, (place, place + 1), strict=True
        ):
            if fade and _transition(ground, other):
                yield Finding(
                    "fade-transition",
                    f"shot `{shot.id}` has a `{name}`, and there a transition",
                    Aim(("shots", place, name), "key"),
                    label="a fade",
                    help="keep one of them; `transition: fade_black 1s` goes through black",
                    second=(ground.aim_at(other, "transition"), "overlaps it"),
                    shot=ShotId(shot.id),
                )


def fades_fit(ground: Ground) -> Iterator[Finding]:
    """A shot's fades are no longer than it is seen alone."""
    for place, shot in ground.shots():
        fades, wanted = fades_of(shot, ground.rate), ground.wanted(shot)
        if wanted is None or not any(fades):
            continue
        alone = whole_frames(wanted, ground.rate) - _blended(ground, place)
        if sum(fades) > alone:
            name = "fade_out" if fades[1] else "fade_in"
            yield Finding(
                "fade-long",
                f"shot `{shot.id}` fades for {sum(fades)} frames, and is seen alone for "
                f"{max(0, alone)}",
                Aim(("shots", place, name)),
                label="too long",
                help="shorten it, or make the shot longer",
                shot=ShotId(shot.id),
            )


def focus_is_of_use(ground: Ground) -> Iterator[Finding]:
    """A warning where a shot says what is to stay in sight, and nothing is cut off."""
    delivered = any(output.fit == "fill" for output in ground.board.deliver.values())
    for place, shot in ground.shots():
        fit = said(ground.board, shot, "fit", ground.board.format.fit)
        if shot.focus is not None and fit != "fill" and not delivered:
            yield Finding(
                "focus-unused",
                f"with `fit: {fit}` all of shot `{shot.id}` is in sight",
                Aim(("shots", place, "focus"), "key"),
                label="changes nothing",
                severity="warning",
                help="say `fit: fill` as well, or take it out",
                shot=ShotId(shot.id),
            )


def _transition(ground: Ground, place: int) -> Transition | None:
    if not 0 < place < len(ground.board.shots):
        return None
    return transition_of(ground.board, ground.board.shots[place], ground.rate)


def _blended(ground: Ground, place: int) -> int:
    """How many frames of a shot itself, its handles left out, are seen together with another's."""
    use = use_of(ground.board, ground.board.shots[place], ground.rate)
    comes, goes = _transition(ground, place), _transition(ground, place + 1)
    head = comes.frames - min(use.before, comes.frames - comes.frames // 2) if comes else 0
    tail = goes.frames - min(use.after, goes.frames // 2) if goes else 0
    return head + tail
