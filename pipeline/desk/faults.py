"""Misbehaviour on request: which call gets which fault. Pure but for its counters.

A rule is a JSON object. ``do`` names the fault (see ``KINDS``), ``on`` the point it happens at.
All conditions given must hold: ``prompt`` (words in the shot's prompt), ``nth`` (a number or a
list, of the calls that come so far), ``first``, ``every``, ``times`` (at most so often),
``chance``. ``per: job`` counts each job (or submission) by itself. Chance is drawn from the seed,
the prompt and the count, never from the order of other shots' calls: a run can be repeated.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from pipeline.desk.shapes import see_that_it_is_a_shape

Point = Literal[
    "connect",
    "publish",
    "submit",
    "poll",
    "list",
    "me",
    "models",
    "fetch",
    "job",
    "link",
    "clip",
    "shape",
]

_CALLS = frozenset({"publish", "submit", "poll", "list", "me", "models", "fetch"})
_API = _CALLS - {"fetch"}

# fault -> where it can happen; the first word of each comment is its parameter
KINDS: dict[str, frozenset[str]] = {
    # a call, before the vendor has done anything (`when: after`: once it has)
    "slow": _CALLS,  # seconds: then all goes well
    "too-many": _CALLS,  # retry_after: 429; absent, without the header; "date", as a date
    "status": _CALLS,  # status: that one, 503 if absent; text: its error
    "drop": _CALLS | {"connect"},  # how: reset or close, without a word
    "hang": _CALLS | {"connect"},  # seconds: silent for so long (an hour), then closed
    "unread": _CALLS,  # reset after the head, the body not looked at
    # a call, after the vendor has done it
    "half": _CALLS,  # bytes: so many of the answer are sent (half of it)
    "html": _CALLS,  # 200 and a web page
    "garbage": _API,  # the right status, and JSON that breaks off
    "not-an-object": _API,  # the right status, and JSON that is a list
    "set": _API,  # set: fields of the answer's JSON are changed
    # a poll
    "word": frozenset({"poll"}),  # text: a status nobody documented
    "progress": frozenset({"poll"}),  # value: as told, or null
    # the bytes of a clip under way
    "cut": frozenset({"fetch"}),  # bytes: the connection ends after so many of the body
    "lie": frozenset({"fetch"}),  # bytes: so many more than there are are announced
    "endless": frozenset({"fetch"}),  # no length, and it does not stop
    "drip": frozenset({"fetch"}),  # bytes: so many a second
    "whole": frozenset({"fetch"}),  # a Range is overheard: 200 and everything
    "gone": frozenset({"fetch"}),  # 404, though the job says otherwise
    "redirect": frozenset({"fetch"}),  # to: another host
    # the whole job, decided when it is taken
    "long": frozenset({"job"}),  # seconds: it lasts so long
    "fail": frozenset({"job"}),  # text: its error; refund: not as usual
    "refuse": frozenset({"job"}),  # text: moderation's words; refund
    "cancel": frozenset({"job"}),  # ended by somebody; refund
    "never": frozenset({"job"}),  # it goes on for ever
    "lose": frozenset({"job"}),  # charged, and never heard of again: 404
    # the link told when it is done
    "expired": frozenset({"link"}),  # the clip is gone, and the job says so
    "dead": frozenset({"link"}),  # a link that answers 403
    "elsewhere": frozenset({"link"}),  # another host serves it
    "away": frozenset({"link"}),  # our own host, which redirects to another
    "to": frozenset({"link"}),  # to: any address; absent, file:///etc/passwd
    "private": frozenset({"link"}),  # an address in a private network
    "no-link": frozenset({"link"}),  # done, without a result
    # what lies behind the link, decided when the job is taken
    "truncated": frozenset({"clip"}),  # bytes: so many are left (60 in 100)
    "empty": frozenset({"clip"}),
    "text": frozenset({"clip"}),
    "wrong-size": frozenset({"clip"}),  # half as high and wide
    "wrong-length": frozenset({"clip"}),  # seconds: longer by so many (2)
    "wrong-rate": frozenset({"clip"}),  # 30 frames a second
    "silent": frozenset({"clip"}),  # no sound
    # what a vendor's documents leave open, where it varies; several rules may hold at once
    "shape": frozenset({"shape"}),  # shape: parts of SHAPES, pinned
}

_AFTER = frozenset({"half", "html", "garbage", "not-an-object", "set", "word", "progress",
                    "cut", "lie", "endless", "drip", "gone", "redirect", "whole"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault and when it happens; the parameters' meaning is beside each kind."""

    do: str
    on: str = ""
    prompt: str | None = None
    nth: tuple[int, ...] = ()
    first: int | None = None
    every: int | None = None
    times: int | None = None
    chance: float = 1.0
    per: Literal["all", "job"] = "all"
    when: Literal["before", "after"] = "before"
    seconds: float | None = None
    status: int = 503
    retry_after: int | str | None = None
    text: str | None = None
    bytes: int | None = None
    how: Literal["reset", "close"] = "reset"
    to: str | None = None
    value: float | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    refund: bool | None = None
    shape: Mapping[str, Any] = field(default_factory=dict)


_WORDS: dict[str, tuple[str, ...]] = {
    "per": ("all", "job"),
    "when": ("before", "after"),
    "how": ("reset", "close"),
}

_KINDS_OF_VALUES: dict[str, tuple[type, ...]] = {
    "nth": (int, list, tuple),
    "chance": (int, float),
    "seconds": (int, float),
    "retry_after": (int, str, type(None)),
    "value": (int, float, type(None)),
    "set": (dict,),
    "shape": (dict,),
    "refund": (bool,),
    **dict.fromkeys(("first", "every", "times", "status", "bytes"), (int,)),
}


def parse_rules(written: Any) -> list[Rule]:
    """Read rules from JSON: a list, one object, or ``{"rules": [...]}``.

    Raises:
        ValueError: a name or a value is unknown; the message says which.
    """
    if isinstance(written, Mapping):
        written = written.get("rules", [written])
    if not isinstance(written, list):
        raise ValueError("rules are a list of objects")
    return [parse_rule(one) for one in written]


def parse_rule(written: Mapping[str, Any]) -> Rule:
    """Read one rule.

    Raises:
        ValueError: as ``parse_rules``.
    """
    if not isinstance(written, Mapping):
        raise ValueError(f"a rule is an object, not {written!r}")
    known = {one.name for one in fields(Rule)}
    if unknown := sorted(set(written) - known):
        raise ValueError(
            f"no rule has {', '.join(unknown)}; it may have {', '.join(sorted(known))}"
        )
    if written.get("do") not in KINDS:
        raise ValueError(f"no fault is called {written.get('do')!r}; there are {', '.join(KINDS)}")
    for name, value in written.items():
        _see_that_it_fits(name, value)
    return _made(dict(written))


def _see_that_it_fits(name: str, value: Any) -> None:
    words = _WORDS.get(name)
    if words and value not in words:
        raise ValueError(f"{name} is one of {', '.join(words)}, not {value!r}")
    kinds = _KINDS_OF_VALUES.get(name, (str,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{name} cannot be {value!r}")
    if name == "shape" and isinstance(value, Mapping):
        see_that_it_is_a_shape(value)


def _made(values: dict[str, Any]) -> Rule:
    places = KINDS[values["do"]]
    if len(places) == 1:
        values.setdefault("on", next(iter(places)))
    if values.get("on") not in places:
        raise ValueError(f"{values['do']} happens on {', '.join(sorted(places))}: name one as `on`")
    if values["do"] in _AFTER:
        values.setdefault("when", "after")
    nth = values.get("nth", ())
    values["nth"] = (nth,) if isinstance(nth, int) else tuple(nth)
    return Rule(**values)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is about: the shot's prompt, and what tells one job from another."""

    prompt: str = ""
    job: str = ""


NOBODY = Subject()


class Faults:
    """The rules of a desk, with how often each was met."""

    def __init__(self, rules: Iterable[Rule] = (), seed: int = 1) -> None:
        self.rules: list[Rule] = list(rules)
        self._seed = seed
        self._met: Counter[tuple[int, str]] = Counter()
        self._fired: Counter[int] = Counter()

    def add(self, rules: Iterable[Rule]) -> None:
        """Add rules after those there are; earlier ones come first."""
        self.rules.extend(rules)

    def clear(self) -> None:
        """Forget all rules and counts."""
        self.__init__(seed=self._seed)  # type: ignore[misc]

    def fired(self) -> list[int]:
        """How often each rule was carried out, in order."""
        return [self._fired[index] for index in range(len(self.rules))]

    def meet(self, point: str, subject: Subject, *, unread: bool = False) -> Rule | None:
        """The fault of this call, if any; every rule it fits counts it."""
        fitting = self._fitting(point, subject, unread=unread)
        if not fitting:
            return None
        self._fired[fitting[0]] += 1
        return self.rules[fitting[0]]

    def all_met(self, point: str, subject: Subject) -> list[Rule]:
        """Every rule that holds, for what can hold at once."""
        fitting = self._fitting(point, subject)
        self._fired.update(fitting)
        return [self.rules[index] for index in fitting]

    def _fitting(self, point: str, subject: Subject, *, unread: bool = False) -> list[int]:
        return [
            index
            for index, rule in enumerate(self.rules)
            if rule.on == point
            and (rule.do == "unread") == unread
            and self._holds(index, rule, subject)
        ]

    def _holds(self, index: int, rule: Rule, subject: Subject) -> bool:
        if rule.prompt is not None and rule.prompt not in subject.prompt:
            return False
        counted = (index, subject.job if rule.per == "job" else "")
        self._met[counted] += 1
        count = self._met[counted]
        if rule.times is not None and self._fired[index] >= rule.times:
            return False
        return _counted(rule, count) and self._lucky(index, rule, subject)

    def _lucky(self, index: int, rule: Rule, subject: Subject) -> bool:
        if rule.chance >= 1:
            return True
        own = (index, "\0" + subject.prompt + "\0" + subject.job)
        self._met[own] += 1
        drawn = f"{self._seed}|{index}|{subject.prompt}|{subject.job}|{self._met[own]}"
        digest = hashlib.sha256(drawn.encode()).digest()
        return int.from_bytes(digest[:8], "big") < rule.chance * 2**64


def _counted(rule: Rule, count: int) -> bool:
    return (
        (not rule.nth or count in rule.nth)
        and (rule.first is None or count <= rule.first)
        and (rule.every is None or count % rule.every == 0)
    )


def mixture(chance: float) -> list[Rule]:
    """Faults of every kind that a careful client outlives, each with ``chance``."""
    return parse_rules([{"chance": chance, **one} for one in _MIXTURE])


_MIXTURE: tuple[dict[str, Any], ...] = (
    *({"on": point, "do": "too-many", "retry_after": 1} for point in ("publish", "submit", "poll")),
    {"on": "poll", "do": "too-many"},
    *({"on": point, "do": "status", "status": 503} for point in ("publish", "submit", "poll")),
    {"on": "publish", "do": "status", "status": 502},
    {"on": "submit", "do": "status", "status": 500, "when": "after"},
    {"on": "submit", "do": "drop", "when": "before"},
    {"on": "submit", "do": "drop", "when": "after"},
    {"on": "submit", "do": "half"},
    {"on": "submit", "do": "html"},
    {"on": "submit", "do": "garbage"},
    {"on": "poll", "do": "drop"},
    {"on": "poll", "do": "half"},
    {"on": "poll", "do": "html"},
    {"on": "poll", "do": "word", "text": "UPSCALING"},
    {"on": "poll", "do": "progress"},
    {"on": "fetch", "do": "status", "status": 503},
    {"on": "fetch", "do": "drop"},
    {"on": "fetch", "do": "cut"},
    {"on": "fetch", "do": "whole"},
)
