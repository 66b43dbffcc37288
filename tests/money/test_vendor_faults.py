"""A vendor that misbehaves: what the user sees, what was charged, what the next plain render does.

Each fault hits one shot of two; the other one is always made. The vendor behaves again before the
next render.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from project import TWO

LONG = pytest.mark.long


@dataclass(frozen=True)
class Fault:
    """A rule of the desk, and what comes of it; ``kept`` counts charges not given back."""

    rule: dict
    code: int = 0
    says: str = ""
    kept: int = 2
    next_code: int = 0
    next_says: str = ""
    next_kept: int = 2
    speed: float = 50.0


def outlived(name, *, quick=False, **rule):
    """The render itself gets over it."""
    return pytest.param(Fault(rule), id=name, marks=() if quick else LONG)


def passing(name, says, *, kept, quick=False, speed=50.0, **rule):
    """The render gives up on the shot; the next one makes it whole."""
    fault = Fault(rule, 1, says, kept, speed=speed)
    return pytest.param(fault, id=name, marks=() if quick else LONG)


def final(name, says, next_says, *, kept, quick=False, **rule):
    """There is no clip, and nothing is ordered again by itself."""
    fault = Fault(rule, 1, says, kept, 1, next_says, kept)
    return pytest.param(fault, id=name, marks=() if quick else LONG)


FAULTS = (
    # the submission
    outlived("answer lost", on="submit", do="drop", when="after", times=1),
    outlived("request lost", on="submit", do="drop", when="before", times=1),
    outlived("answer always lost", on="submit", do="drop", when="after"),
    outlived("half an answer", on="submit", do="half", times=1, quick=True),
    outlived("500 after taking it", on="submit", do="status", status=500, when="after", times=1),
    outlived("503 before taking it", on="submit", do="status", status=503, times=2),
    outlived("429", on="submit", do="too-many", times=2),
    outlived("429 with a time", on="submit", do="too-many", retry_after=1, times=2),
    outlived("429 with a date", on="submit", do="too-many", retry_after="date", times=2),
    outlived("web page", on="submit", do="html", times=1),
    outlived("torn JSON", on="submit", do="garbage", times=1),
    outlived("a list", on="submit", do="not-an-object", times=1),
    passing("429 for ever", "asked too often", kept=1, on="submit", do="too-many"),
    passing("503 for ever", "no answer came", kept=1, on="submit", do="status", status=503),
    passing("request always lost", "no answer came", kept=1, on="submit", do="drop"),
    # publishing a picture
    outlived("upload: 503", on="publish", do="status", status=503, times=1),
    outlived("upload: dropped", on="publish", do="drop", times=1),
    outlived("upload: 429", on="publish", do="too-many", times=1),
    # looking
    outlived("look: 503", on="poll", do="status", status=503, times=2),
    outlived("look: dropped", on="poll", do="drop", times=2),
    outlived("look: half", on="poll", do="half", times=2),
    outlived("look: web page", on="poll", do="html", times=2),
    outlived("look: unknown status", on="poll", do="word", text="UPSCALING", times=2, quick=True),
    outlived("look: no progress", on="poll", do="progress"),
    outlived("look: 429 with a time", on="poll", do="too-many", retry_after=2, times=1),
    # the job
    final("failed", "given back", "ended without a clip before", kept=1, do="fail", quick=True),
    final("refused", "refused the shot", "ended without a clip before", kept=1, do="refuse"),
    final("cancelled", "was cancelled", "ended without a clip before", kept=1, do="cancel"),
    final("lost", "settle tiny sh010", "settle it", kept=2, do="lose"),
    pytest.param(
        Fault({"do": "never"}, 1, "is still out at apiframe", 2, 1, "is still out", 2, 4000.0),
        id="never ends",
        marks=LONG,
    ),
    # the link
    final("link expired", "settle tiny sh010", "settle it", kept=2, do="expired"),
    passing("link dead", "HTTP 403", kept=2, do="dead"),
    passing("link to another host", "is refused", kept=2, do="elsewhere"),
    passing("link sent elsewhere", "is refused", kept=2, do="away"),
    passing("link to a file", "is refused", kept=2, do="to", quick=True),
    passing("link to a private host", "is refused", kept=2, do="private"),
    passing("done without a link", "there is no link", kept=2, do="no-link"),
    # the download
    outlived("download: 503", on="fetch", do="status", status=503, times=2),
    outlived("download: dropped", on="fetch", do="drop", times=2),
    outlived("download: cut", on="fetch", do="cut", bytes=900, times=2),
    outlived("download: not resumed", on="fetch", do="whole", times=2),
    passing("download: 404", "HTTP 404", kept=2, on="fetch", do="status", status=404),
    passing("download: 503 for ever", "HTTP 503", kept=2, on="fetch", do="status", status=503),
    outlived("download: lies", on="fetch", do="lie", bytes=10),
    # the clip itself
    final("clip cut off", "stays in the journal", "cannot be used", kept=2, do="truncated"),
    final("empty clip", "is empty", "is empty", kept=2, do="empty"),
    final("text, no clip", "text", "text", kept=2, do="text"),
    outlived("clip of another size", do="wrong-size"),
    outlived("longer clip", do="wrong-length"),
    outlived("clip of another rate", do="wrong-rate"),
    outlived("clip without sound", do="silent"),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(new_project, fault):
    """The shot is made, or it is said why not; nothing is charged twice, now or by the next run."""
    project = new_project(TWO)
    whose = {} if fault.rule.get("on") == "publish" else {"prompt": "flat"}
    project.desk.fault(**whose, **fault.rule)
    done = project.render(speed=fault.speed)
    assert (done.code, project.kept) == (fault.code, fault.kept), done.said
    assert fault.says in done.said
    assert "sh020 take 1 stored" in done.said
    assert sum(project.desk.fired()) >= 1

    project.desk.clear_faults()
    again = project.render(speed=fault.speed)
    assert (again.code, project.kept) == (fault.next_code, fault.next_kept), again.said
    assert fault.next_says in again.said
    assert max(project.charged().values()) == 1
    project.check_secret()
    if not fault.next_code:
        project.check_whole(shots=2)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=LONG) for n in range(2, 21))])
def test_mixture(new_project, undisturbed, seed):
    """Under faults of every kind at once, renders end with each take paid for once."""
    from pipeline.desk.faults import mixture

    project = new_project(seed=seed, rules=mixture(0.12))
    codes = [project.render().code]
    while codes[-1] and len(codes) < 8:
        codes.append(project.render().code)
    assert codes[-1] == 0, codes
    project.check_whole()
    assert project.film() == undisturbed.film
    project.check_secret()
