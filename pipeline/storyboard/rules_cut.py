"""Rules about the cut: each transition is known and fits, no shot is held longer than it lasts."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.ids import ShotId
from pipeline.storyboard.finding import Aim, Finding
from pipeline.storyboard.ground import Ground
from pipeline.storyboard.lengths import transition_of, use_of
from pipeline.storyboard.model import ShotEntry, said
from pipeline.storyboard.spelling import did_you_mean
from pipeline.storyboard.transitions import CUT, KINDS, parse_transition
from pipeline.timing import spell_seconds, whole_frames


def transitions_are_known(ground: Ground) -> Iterator[Finding]:
    """Every transition is of a kind that can be made, and comes from somewhere."""
    told = set()
    for place, shot in ground.shots():
        kind = parse_transition(said(ground.board, shot, "transition", CUT)).kind
        aim = ground.aim_at(place, "transition")
        if kind not in (CUT, *KINDS) and aim not in told:
            told.add(aim)
            yield Finding(
                "transition-kind",
                f"there is no transition `{kind}`",
                aim,
                label="no such transition",
                shot=ShotId(shot.id),
                help=did_you_mean(kind, [CUT, *KINDS], "see storyreel explain transition-kind"),
            )
        elif place == 0 and shot.transition is not None and kind != CUT:
            yield Finding(
                "transition-first",
                f"shot `{shot.id}` is the film's first: there is nothing it could come from",
                aim,
                label="changes nothing",
                severity="warning",
                shot=ShotId(shot.id),
                help="put it on the shot after it: a transition stands on the shot that comes in",
            )


def transitions_fit(ground: Ground) -> Iterator[Finding]:
    """No transition is longer than what both its shots can give, handles in."""
    overlap = 0  # of the shot before with the one before that
    for place, shot in ground.shots():
        before = ground.board.shots[place - 1]
        transition = transition_of(ground.board, shot, ground.rate) if place else None
        lengths = _frames(ground, before), _frames(ground, shot)
        if transition is None or None in lengths:
            overlap = 0
            continue
        wanted = transition.frames
        tail = min(use_of(ground.board, before, ground.rate).after, wanted // 2)
        head = min(use_of(ground.board, shot, ground.rate).before, wanted - wanted // 2)
        gives = (lengths[0] or 0) + tail - overlap, (lengths[1] or 0) + head
        if wanted > min(gives):
            short = before if gives[0] <= gives[1] else shot
            yield Finding(
                "transition-long",
                f"the transition into shot `{shot.id}` takes {wanted} frames, and "
                f"`{short.id}` has {min(gives)} for it",
                ground.aim_at(place, "transition"),
                label="too long",
                shot=ShotId(shot.id),
                help=f"make it {min(gives)}f or shorter, or `{short.id}` longer",
            )
        overlap = min(wanted, *gives)


def holds_are_short_enough(ground: Ground) -> Iterator[Finding]:
    """Something of every shot moves before its last frame is held."""
    for place, shot in ground.shots():
        frames, hold = _frames(ground, shot), use_of(ground.board, shot, ground.rate).hold
        if frames is not None and hold and hold >= frames:
            yield Finding(
                "hold-long",
                f"shot `{shot.id}` holds its last frame for {spell_seconds(hold / ground.rate)}, "
                f"and is {spell_seconds(frames / ground.rate)} long",
                Aim(("shots", place, "hold")),
                label="nothing moves",
                shot=ShotId(shot.id),
                help="the hold is part of the duration: shorten it, or make the shot longer",
            )


def _frames(ground: Ground, shot: ShotEntry) -> int | None:
    wanted = ground.wanted(shot)
    return None if wanted is None else whole_frames(wanted, ground.rate)
