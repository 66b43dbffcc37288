"""From a job that the vendor has to its clip in the store: look, download, check, keep."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import MediaError
from pipeline.ids import ShotId
from pipeline.journal.attempt import Attempt
from pipeline.run.errands import Counter, Errands, Tell
from pipeline.run.events import Generated, Noted, Progressed
from pipeline.run.pacer import Rhythm
from pipeline.run.paid_errors import KeptForLaterError, UnfetchedError
from pipeline.store.record import MadeFor
from pipeline.vendors.errors import LinkError, RefusedError
from pipeline.vendors.interface import Cancelled, Failed, JobState, Lost, Succeeded, Waiting

_FETCHES_OF_TORN = 3  # a download that is no clip is fetched so many times
_LINKS_OF_A_JOB = 4  # links of one job that are tried in one run


async def watch(errands: Errands, attempt: Attempt, counter: Counter, tell: Tell) -> Attempt:
    """Look at the job until it has ended.

    Raises:
        KeptForLaterError: this run has waited for the route's deadline; it stays out.
        VendorError: the vendor could not be asked; it stays out.
    """
    vendor, route, handle = counter.vendor, counter.route, _handle(attempt)
    rhythm = await _rhythm(errands, attempt, counter)
    progress: float | None = None
    told: set[str] = set()
    since = errands.clock.now()
    began = since - _age(attempt, errands.clock.date())
    waited = since - began
    while True:
        # of this run's waiting: a job that was out for days is looked at all the same
        if errands.clock.now() - since > route.job_deadline:
            raise KeptForLaterError(attempt)
        look = rhythm.next_look(waited, progress, floor=route.poll_floor)
        await errands.sleep(began + waited + look.seconds - errands.clock.now())
        state = await errands.patiently(
            "poll", counter, lambda: vendor.poll(handle), can_wait=look.can_wait
        )
        waited = errands.clock.now() - began  # as old as what was told; a move may take a while
        if not isinstance(state, Waiting):
            if isinstance(state, Succeeded):
                tell(Generated(ShotId(attempt.shot)))
            return await ended(errands, attempt, state)
        progress = state.progress
        counter.tells_progress = progress is not None
        _tell_waiting(attempt, state, told, tell)
        if attempt.state == "submitted":
            attempt = await errands.move(attempt, "running", state.word)


async def _rhythm(errands: Errands, attempt: Attempt, counter: Counter) -> Rhythm:
    history = await asyncio.to_thread(
        errands.journal.history,
        attempt.route,
        attempt.model,
        attempt.fields.get("resolution", ""),
    )
    rhythm = Rhythm.learned(history, floor=counter.route.poll_floor)
    return rhythm if counter.tells_progress else rhythm.shifted(attempt.id)


def _age(attempt: Attempt, date: float) -> float:
    """How long the job has been out; a clock set back makes it young, never negative."""
    return max(0.0, date - (attempt.t_submitted or date))


def _tell_waiting(attempt: Attempt, state: Waiting, told: set[str], tell: Tell) -> None:
    shot = ShotId(attempt.shot)
    if state.progress is not None:
        tell(Progressed(shot, state.progress))
    if not state.known and state.word not in told:
        told.add(state.word)
        tell(Noted(shot, f"{attempt.route} says `{state.word}`, which is taken for running"))


async def ended(errands: Errands, attempt: Attempt, state: JobState) -> Attempt:
    """Write down how a job ended."""
    match state:
        case Succeeded():
            return await errands.move(attempt, "succeeded", links=state.links, cost=state.cost)
        case Failed():
            error = state.error
            return await errands.move(
                attempt,
                "refused" if isinstance(error, RefusedError) else "failed",
                error.brief,
                error=str(error),
                charged=error.charged,
                cost=state.cost,
            )
        case Cancelled():
            return await errands.move(attempt, "cancelled", state.word, charged=state.charged)
        case Lost():
            return await errands.move(attempt, "lost", state.why, error=state.why)
        case Waiting():
            raise AssertionError("a job that waits has not ended")


async def fetch(errands: Errands, attempt: Attempt, counter: Counter, tell: Tell) -> Attempt:
    """Download the clip, see that it decodes, and put it into the store.

    What can be decoded is kept, of whatever length or size: it was paid for.

    Raises:
        MediaError: what the vendor delivers is no clip, however often it is fetched.
        UnfetchedError: it could not be downloaded; the job and its links stay in the journal.
        StoreError: the disk is full.
    """
    for left in reversed(range(_LINKS_OF_A_JOB)):
        try:
            return await _fetched(errands, attempt, counter, tell)
        except LinkError as error:
            before = attempt.links
            if not error.again and left:
                attempt = await _look_for_new_links(errands, attempt, counter)
            if attempt.state != "succeeded":
                return attempt
            if attempt.links == before:
                raise UnfetchedError(attempt, error) from error
    raise AssertionError("the last time raises")


async def _fetched(errands: Errands, attempt: Attempt, counter: Counter, tell: Tell) -> Attempt:
    from pipeline.media.probe import probe

    # a name of its own, so that a run after a crash goes on with what has come, and clears it
    target = errands.store.incoming().with_name(f"{attempt.key}.mp4")
    if not memory_of(target).exists():
        clear(target)
    try:
        try:
            await download_whole(
                errands, counter, attempt.links[0], target, ShotId(attempt.shot), tell
            )
        except MediaError as error:
            raise _delivered_nothing(attempt, error) from error
        facts = await asyncio.to_thread(probe, target)
        made_for = _made_for(attempt, counter)
        clip = await asyncio.to_thread(errands.store.admit, target, facts, made_for)
    finally:
        clear(target)
    return await errands.move(attempt, "fetched", clip=clip.digest)


async def download_whole(
    errands: Errands, counter: Counter, link: str, target: Path, shot: ShotId, tell: Tell
) -> None:
    """Download until it decodes, a few times.

    Raises:
        MediaError: it does not.
        LinkError: it cannot be downloaded from there.
    """
    from pipeline.media.probe import check_decodable

    vendor = counter.vendor

    def told(done: int, total: int | None) -> None:
        tell(Progressed(shot, done / total if total else 0.0))

    for left in reversed(range(_FETCHES_OF_TORN)):
        await errands.patiently("fetch", counter, lambda: vendor.fetch(link, target, told))
        try:
            await asyncio.to_thread(check_decodable, target)
        except MediaError:
            clear(target)
            if not left:
                raise
        else:
            return


def clear(target: Path) -> None:
    """Remove a download and the note of how far it came."""
    for path in (target, memory_of(target)):
        path.unlink(missing_ok=True)


def memory_of(target: Path) -> Path:
    """The note of how far a download came (``vendors/part.py``)."""
    return target.with_name(f"{target.name}.resume")


async def _look_for_new_links(errands: Errands, attempt: Attempt, counter: Counter) -> Attempt:
    """The link is dead or not to be followed; the job may give another.

    Only the vendor's own word makes a clip that was paid for lost.
    """
    handle, vendor = _handle(attempt), counter.vendor
    state = await errands.patiently("poll", counter, lambda: vendor.poll(handle))
    if isinstance(state, Succeeded) and state.links != attempt.links:
        running = await errands.move(attempt, "running", "its link died")
        return await ended(errands, running, state)
    if isinstance(state, Waiting):
        return await errands.move(attempt, "running", state.word)
    if isinstance(state, Lost):
        return await errands.move(attempt, "lost", state.why, error=state.why)
    return attempt


def _delivered_nothing(attempt: Attempt, error: MediaError) -> MediaError:
    return MediaError(
        Path(f"what {attempt.route} delivered for {attempt.shot}"),
        error.why,
        hint="It was paid for and stays in the journal: run storyreel render to fetch it again, "
        "or write to the vendor with the job's number from storyreel journal.",
    )


def _made_for(attempt: Attempt, counter: Counter) -> MadeFor:
    return MadeFor(
        key=attempt.key,
        label=attempt.shot,
        fields=attempt.fields,
        model=attempt.model,
        variation=attempt.variation,
        seed=attempt.seed,
        route=attempt.route,
        job=counter.vendor.job_id(_handle(attempt)),
        price=price_words(attempt),
    )


def price_words(attempt: Attempt) -> str:
    """What a take cost as it is written beside its clip: ``120 credits``, ``0.7 usd``."""
    if attempt.amount is None or attempt.unit is None:
        return "unknown"
    return f"{float(attempt.amount):g} {attempt.unit}"


def _handle(attempt: Attempt) -> Mapping[str, Any]:
    if attempt.handle is None:
        raise AssertionError("a job that was taken has its handle")
    return attempt.handle
