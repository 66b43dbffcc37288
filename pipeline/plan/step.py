"""The plan: for each shot one step that says what is done and why, and the sums."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.money import Price, Total
from pipeline.plan.request import Request
from pipeline.plan.take import Take
from pipeline.storyboard.shot import Shot


@dataclass(frozen=True, slots=True)
class New:
    """The shot was never made."""

    def __str__(self) -> str:
        return "new"


@dataclass(frozen=True, slots=True)
class Changed:
    """The shot was made for another request; ``fields`` differ, empty when nobody knows which."""

    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"changed: {', '.join(self.fields)}" if self.fields else "changed"


@dataclass(frozen=True, slots=True)
class Follows:
    """The shot starts on frames that are about to be made; it may come out as it was.

    ``why``: those frames are there, of another take than before.
    """

    shots: tuple[ShotId, ...]
    why: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (f"follows {', '.join(self.shots)}", self.why)))


@dataclass(frozen=True, slots=True)
class Forced:
    """Somebody asked for another take."""

    def __str__(self) -> str:
        return "forced"


@dataclass(frozen=True, slots=True)
class Further:
    """Another take of the very same request was asked for; it does not serve by itself."""

    seed: int | None

    def __str__(self) -> str:
        return "another take" if self.seed is None else f"another take, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Rejected:
    """Every take of this request was rejected; by ``takes``, their numbers."""

    takes: tuple[int, ...]

    def __str__(self) -> str:
        several = len(self.takes) > 1
        numbers = ", ".join(map(str, self.takes))
        return f"take{'s' if several else ''} {numbers} {'were' if several else 'was'} rejected"


@dataclass(frozen=True, slots=True)
class Fetch:
    """The take was paid for and its clip is not here: its job is asked for it, nothing is ordered.

    ``job`` is the route's number for it, absent where only the journal knows it; ``price`` is what
    was paid, as the lock has it. ``held`` is the take, where a person holds it though it was made
    for another request than the shot's.
    """

    clip: Digest
    route: str
    job: str | None = None
    price: str | None = None
    held: Take | None = None

    def __str__(self) -> str:
        which = f"take {self.held.number}, held: " if self.held else ""
        how = f"paid before, its clip is fetched again from {self.route}; nothing is charged"
        return which + how


@dataclass(frozen=True, slots=True)
class Gone:
    """The clip was made before and is not whole any more, and it may be made again.

    ``fetch`` is tried first, where its job may still give it.
    """

    clip: Digest
    why: str
    fetch: Fetch | None = None

    def __str__(self) -> str:
        return f"clip {self.clip[:8]} {self.why}"


@dataclass(frozen=True, slots=True)
class Again:
    """The take failed before, and somebody asked for another attempt."""

    words: str

    def __str__(self) -> str:
        return f"again, after: {self.words}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A route did not make the take and charged nothing; another of its routes is asked."""

    words: str

    def __str__(self) -> str:
        return f"by another route, after: {self.words}"


Reason = New | Changed | Follows | Forced | Gone | Again | Elsewhere | Further | Rejected


@dataclass(frozen=True, slots=True)
class Reuse:
    """A good clip is in the store."""

    clip: Digest
    take: int | None  # none: made for another shot or board, becomes a take of this one
    note: str = ""
    held: bool = False  # it was made for another request

    def __str__(self) -> str:
        return self.note or (f"take {self.take}" if self.take else "found in the store")


@dataclass(frozen=True, slots=True)
class Make:
    """A clip has to be made; ``certain`` is false when it may turn out to be there already."""

    reason: Reason
    certain: bool = True
    note: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.note}" if self.note else str(self.reason)


@dataclass(frozen=True, slots=True)
class Resume:
    """A paid job is out there, or its clip waits to be fetched; nothing new is ordered."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether the take was ordered; a person has to settle it."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Ended:
    """The take failed or was refused before; it is not ordered again by itself.

    ``elsewhere`` is the route that would be asked if the author agreed to go on after a refusal.
    """

    words: str
    elsewhere: str | None = None

    def __str__(self) -> str:
        ways = f", on_refusal: next_route orders it through {self.elsewhere}"
        return f"{self.words}; --retry-failed 1 orders it again{ways if self.elsewhere else ''}"


@dataclass(frozen=True, slots=True)
class Missing:
    """The take was paid for and its clip is not here; it is not paid for again by itself.

    ``note`` says why its job is not asked for it.
    """

    clip: Digest
    state: str
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return (
            f"paid before, clip {self.clip[:8]} is {self.state}{note}; --remake-missing pays again"
        )


Action = Reuse | Make | Resume | Fetch | Uncertain | Ended | Missing
ToRun = Make | Resume | Fetch
Stuck = Uncertain | Ended | Missing

_VERBS: dict[type, str] = {
    Reuse: "reuse",
    Make: "make",
    Resume: "resume",
    Fetch: "fetch",
    Uncertain: "uncertain",
    Ended: "failed",
    Missing: "missing",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One shot's part of the plan.

    ``others`` are the routes asked after ``route``, in order; the first asks ``other_price``.
    ``further`` says which take it is, of one that does not serve: nothing waits for it.
    """

    shot: Shot
    action: Action
    request: Request
    price: Price | None
    renamed_from: ShotId | None = None
    route: str | None = None
    others: tuple[str, ...] = ()
    other_price: Price | None = None
    further: str = ""
    said: Request | None = None

    @property
    def as_said(self) -> Request:
        """The request as the board has it; ``request`` is the variation of it that serves."""
        return self.said or self.request

    @property
    def label(self) -> ShotId:
        """What it is called while it is made; no shot's own id has a blank in it."""
        return ShotId(f"{self.shot.id} {self.further}") if self.further else self.shot.id

    @property
    def key(self) -> TakeKey | None:
        """The key, when every picture it is made from exists."""
        return self.request.key

    @property
    def fetch(self) -> Fetch | None:
        """The job to ask first for a clip that was paid for, if there is one."""
        if isinstance(self.action, Fetch):
            return self.action
        reason = self.action.reason if isinstance(self.action, Make) else None
        return reason.fetch if isinstance(reason, Gone) else None

    @property
    def verb(self) -> str:
        """What is done, in one word: reuse, make, resume, fetch, uncertain, failed, missing."""
        return _VERBS[type(self.action)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a render would do: steps in the order of the cut, and the order they are made in."""

    steps: tuple[Step, ...]
    order: tuple[ShotId, ...]
    critical_path: tuple[ShotId, ...]
    left_out: tuple[ShotId, ...]
    """Shots not selected; they are shown as they are and nothing is made for them."""
    further: tuple[Step, ...] = ()
    """Takes that are wanted besides those that serve, in the order of the cut."""

    @property
    def every(self) -> tuple[Step, ...]:
        """All steps, each shot's further takes behind its own."""
        further: dict[ShotId, list[Step]] = {}
        for step in self.further:
            further.setdefault(step.shot.id, []).append(step)
        return tuple(s for step in self.steps for s in (step, *further.get(step.shot.id, ())))

    @property
    def to_make(self) -> tuple[Step, ...]:
        """The steps that make a clip, or may have to."""
        return tuple(step for step in self.every if isinstance(step.action, Make))

    @property
    def to_run(self) -> tuple[Step, ...]:
        """The steps a run has anything to do for: made, gone on with, fetched again."""
        return tuple(step for step in self.every if isinstance(step.action, ToRun))

    @property
    def stuck(self) -> tuple[Step, ...]:
        """The steps that need a person."""
        return tuple(step for step in self.every if isinstance(step.action, Stuck))

    @property
    def otherwise(self) -> dict[str, Total]:
        """By route, what it asks for the shots it makes should the route before it fall out."""
        found: dict[str, list[Price | None]] = {}
        for step in self.to_make:
            if step.others:
                found.setdefault(step.others[0], []).append(step.other_price)
        return {route: Total.of(prices) for route, prices in found.items()}

    @property
    def certain(self) -> Total:
        """What is sure to be asked for."""
        return Total.of(
            step.price
            for step in self.every
            if isinstance(step.action, Make) and step.action.certain
        )

    @property
    def at_most(self) -> Total:
        """What is asked for if every shot that follows another comes out new."""
        return Total.of(step.price for step in self.to_make)

    @property
    def critical_seconds(self) -> Fraction:
        """Seconds of clip along the critical path."""
        asked = {step.shot.id: step.shot.asked for step in self.steps}
        return sum((asked[name] for name in self.critical_path), Fraction(0))
