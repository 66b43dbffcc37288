"""Ordering through a route: 200 shots against the ideal, and 1,000 jobs in flight in one process.

The vendor is the desk, in this process; storyreel's part is a process of its own. The ideal is the
schedule of the runner's own order, with the job times of the desk's book, under the same limits:
so many jobs at once, and an account's requests a gap apart. It knows when each job ends and makes
the fewest requests there can be (an upload where a shot follows another, a submission, one look);
nothing else takes time in it. The film is not cut.

Both clocks can run ``SPEED`` times as fast as the world's in the first part, to try a change
quickly; that makes our own work that much dearer. The second part is in the world's time. *Cold*
is a run without history, *warm* one whose journal knows that run.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.measure import Row, tell
from pipeline.api import plan_film
from pipeline.desk.jobs import Job
from pipeline.desk.server import Desk
from pipeline.models.catalog import routes
from pipeline.run.budget import Budget
from pipeline.run.clock import RealClock
from pipeline.run.counters import Ground, paying
from pipeline.run.events import nobody
from pipeline.run.outside import Outside
from pipeline.run.pacer import Pacer
from pipeline.run.runner import run_plan
from pipeline.run.workshop import Workshop

ROUTE = "apiframe"
SHOTS, CHAIN = 200, 5
SPEED = 1.0
MOST = {True: 1.05, False: 1.25}  # over the ideal, by whether the vendor tells progress
MOST_REQUESTS = 6.0

IN_FLIGHT = 1000
FLIGHT_TIME = "60-90"
FLIGHT_REQUESTS = 60_000  # a minute: only our own work is in the way
MOST_MEMORY = 100  # MB, of 10**6 bytes

HEAD = """\
storyboard: 1
title: Paid
format: {resolution: 64p}
defaults: {model: happyhorse-1.1, routes: [apiframe], duration: 3s, resolution: 720p}
shots:
"""


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *_against_the_ideal(folder, progress=True),
            *_against_the_ideal(folder, progress=False),
            *_in_flight(folder),
        ]


def _against_the_ideal(folder: Path, *, progress: bool) -> Iterator[Row]:
    route, project = routes()[ROUTE], folder / f"progress-{progress}"
    for history in ("cold", "warm"):
        tell(f"  {SHOTS} shots, {'progress told' if progress else 'no progress'}, {history}")
        board = _board(project, history, SHOTS, CHAIN)
        with _desk(
            folder,
            time="2-20",
            speed=SPEED,
            progress=progress,
            most_jobs=route.jobs_at_once,
            most_requests=route.requests_per_minute,
        ) as desk:
            done = _run(desk, board, {"speed": SPEED})
            requests = sum(desk.traffic().requests.values()) / SHOTS
            jobs = desk.jobs()
        ideal = _ideal(jobs, route.jobs_at_once, 60.0 / route.requests_per_minute)
        name = f"{SHOTS} paid shots, {'progress told' if progress else 'no progress'}, {history}"
        ratio = done["seconds"] / ideal
        most = MOST[progress]
        yield Row(
            name,
            f"{done['seconds']:.0f} s",
            f"ideal {ideal:.0f} s",
            f"{ratio:.3f}x",
            f"<= {most:g}x",
            ratio <= most,
        )
        held = requests <= MOST_REQUESTS
        bound = f"<= {MOST_REQUESTS:g}"
        yield Row(f"{name}: requests a job", f"{requests:.2f}", "", "", bound, held)
        tell(f"    {ratio:.3f}x, {requests:.2f} requests a job, {_lateness(jobs, done)}")


def _in_flight(folder: Path) -> Iterator[Row]:
    tell(f"  {IN_FLIGHT:,} jobs in flight")
    board = _board(folder / "flight", "flight", IN_FLIGHT, 1)
    with _desk(folder, time=FLIGHT_TIME) as desk:
        limits = {"jobs_at_once": IN_FLIGHT, "requests_per_minute": FLIGHT_REQUESTS}
        done = _run(desk, board, {"speed": 1.0, **limits})
        requests = sum(desk.traffic().requests.values()) / IN_FLIGHT
        jobs = desk.jobs()
    name = f"{_most_at_once(jobs):,} jobs in flight"
    memory, cpu = done["memory"] / 10**6, done["cpu"] / IN_FLIGHT
    yield Row(f"{name}: CPU a job, its download and check in it", f"{cpu * 1000:.0f} ms")
    bound = f"< {MOST_MEMORY} MB"
    yield Row(f"{name}: memory over idle", f"{memory:.0f} MB", "", "", bound, memory < MOST_MEMORY)
    yield Row(f"{name}: lateness, mean and 95th percentile", _lateness(jobs, done))
    yield Row(f"{name}: requests a job", f"{requests:.2f}")


def _desk(folder: Path, **options: Any) -> Desk:
    money = {"afk_desk": 10**9}
    return Desk(size=64, plain=True, clips=folder / "clips", accounts=money, **options)


def _board(project: Path, name: str, shots: int, chain: int) -> Path:
    """A board in ``project``: half of it in chains of ``chain`` shots, the rest free."""
    boards = project / "storyboards"
    boards.mkdir(parents=True, exist_ok=True)
    board = boards / f"{name}.storyboard.yaml"
    text = "".join(_shot(name, number, chain) for number in range(shots))
    board.write_text(HEAD + text, encoding="utf-8")
    return board


def _shot(name: str, number: int, chain: int) -> str:
    follows = number // chain % 2 and number % chain
    first = f", first_frame: sh{number - 1:04}.last" if follows else ""
    return f"  - {{id: sh{number:04}, prompt: {name} {number}{first}}}\n"


def _ideal(jobs: Sequence[Job], at_once: int, gap: float) -> float:
    """The length of the runner's own schedule, were there nothing but jobs and limits."""
    times = {int(job.prompt.split()[1]): job.end - job.start for job in jobs}
    behind = _behind(len(times))
    ready = [(-behind[number], number) for number in times if not _follows(number)]
    heapq.heapify(ready)
    ends: list[tuple[float, int]] = []
    now = turn = 0.0
    while ready or ends:
        while ready and len(ends) < at_once:
            number = heapq.heappop(ready)[1]
            submitted = max(now, turn) + gap * _follows(number)
            heapq.heappush(ends, (submitted + times[number], number))
            turn = submitted + gap
        now, number = heapq.heappop(ends)
        now = max(now, turn)
        turn = now + gap  # it is looked at once
        if _follows(number + 1) and number + 1 in times:
            heapq.heappush(ready, (-behind[number + 1], number + 1))
    return now


def _follows(number: int) -> bool:
    return bool(number // CHAIN % 2 and number % CHAIN)


def _behind(shots: int) -> list[int]:
    """How many shots each one's chain still has, itself among them."""
    behind = [1] * shots
    for number in reversed(range(shots - 1)):
        if _follows(number + 1):
            behind[number] += behind[number + 1]
    return behind


def _most_at_once(jobs: Sequence[Job]) -> int:
    """How many jobs were under way at the busiest moment."""
    steps = sorted([(job.start, 1) for job in jobs] + [(job.end, -1) for job in jobs])
    count = most = 0
    for _, step in steps:
        count += step
        most = max(most, count)
    return most


def _lateness(jobs: Sequence[Job], done: dict[str, Any]) -> str:
    """Seconds from a job's end to the moment we knew it, in the desk's time."""
    ends = {job.prompt: job.end for job in jobs}
    late = sorted(seen - ends[prompt] for prompt, seen in done["seen"].items())
    return f"{statistics.mean(late):.2f} s, {late[len(late) * 95 // 100]:.2f} s"


def _run(desk: Desk, board: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Order a board's shots in a process of its own; what it tells."""
    began = desk.server.parts.clock.now()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.routes", json.dumps({**asked, "board": str(board)})],
        cwd=ROOT,
        env={**os.environ, **desk.environment, "BEGAN": str(began), "WORLD": str(time.time())},
        check=True,
        stdout=subprocess.PIPE,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@dataclass(frozen=True)
class Fast(RealClock):
    """The desk's clock: its date, and so many seconds for each of the world's."""

    speed: float
    began: float
    world: float

    def now(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic() * self.speed

    def date(self) -> float:
        """The desk's seconds since the epoch."""
        return self.began + (time.time() - self.world) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds / self.speed)


async def _ordered(asked: dict[str, Any]) -> dict[str, Any]:
    """Order every shot of a board; how long it took, what it cost here, when jobs were seen."""
    import av  # noqa: F401 - part of what an idle storyreel holds here

    import pipeline.media.probe  # noqa: F401 - as above

    clock = Fast(asked["speed"], float(os.environ["BEGAN"]), float(os.environ["WORLD"]))
    planned = plan_film(Path(asked["board"]))
    places = planned.places
    ground = Ground(places.root, places.journal, os.environ)
    async with AsyncExitStack() as stack:
        away = await stack.enter_async_context(
            paying(
                ground,
                (ROUTE,),
                board=planned.board.name,
                store=planned.store,
                budget=Budget(),
                stop=threading.Event(),
                outside=Outside(clock),
            )
        )
        counter = away.ordering.counters[ROUTE]
        limits = {
            name: asked[name] for name in asked.keys() & set(type(counter.route).model_fields)
        }
        counter.route = counter.route.model_copy(update=limits)
        counter.room.most = counter.route.jobs_at_once
        counter.pacer = Pacer(clock, gap=60.0 / counter.route.requests_per_minute)
        workshop = Workshop(planned.film, planned.store, planned.lock, _no_maker, away)
        memory, cpu, began = _memory(), time.process_time(), clock.now()
        outcome = await run_plan(
            planned.plan, planned.graph, workshop, jobs=2, listen=nobody, stop=threading.Event()
        )
        if not outcome.whole:
            raise SystemExit(f"not every shot has its clip: {list(outcome.failed.values())[:3]}")
        seconds = clock.now() - began
        told = {"seconds": seconds, "cpu": time.process_time() - cpu, "memory": _memory() - memory}
        mine = (one for one in away.ordering.errands.journal.all() if one.run == away.run)
        return {
            **told,
            "seen": {json.loads(one.body or b"{}")["prompt"]: one.t_done for one in mine},
        }


def _no_maker(model: str) -> Any:
    raise AssertionError(f"{model} is not made here")


def _memory() -> int:
    """The most memory this process has had, in bytes.

    Not by ``ru_maxrss`` where it can be helped: on Linux that begins with what the parent had.
    """
    told = Path("/proc/self/status")
    if told.exists():
        lines = told.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_ordered(json.loads(sys.argv[1])))))
