"""The clip of a take that was paid for and is not here: asked for by its job, nothing is ordered.

No attempt is begun, so the journal's sums stay what they are; whoever has the route's key and the
lock can do it. A crash on the way leaves half a download that the next run goes on with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import MediaError, StoryreelError
from pipeline.ids import Digest, TakeKey
from pipeline.journal.attempt import Attempt
from pipeline.journal.journal import Journal
from pipeline.plan.facts import PaidJob
from pipeline.plan.step import Fetch, Step
from pipeline.run.collecting import clear, download_whole, memory_of, price_words
from pipeline.run.errands import Counter, Errands, Tell
from pipeline.run.events import Noted
from pipeline.run.paid_errors import ClipLostError, UnreachableJobError
from pipeline.run.prepared import Prepared
from pipeline.store.clip import Clip
from pipeline.store.record import MadeFor
from pipeline.store.store import Store
from pipeline.vendors.errors import LinkError
from pipeline.vendors.interface import Cancelled, Failed, Handle, Lost, Succeeded
from pipeline.vendors.registry import handle_of

_LINKS_OF_A_JOB = 3  # links of one job that are tried in one run


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip to fetch again, and the shot it is for."""

    fetch: Fetch
    step: Step
    prepared: Prepared

    @property
    def key(self) -> TakeKey:
        """What the clip answers: the shot's request, or the one a held take was made for."""
        return self.fetch.held.key if self.fetch.held else self.prepared.key


def bought_by(attempts: Iterable[Attempt], now: float) -> Callable[[Digest], PaidJob | None]:
    """Where clips were bought: the job, and how long ago that was; a clock set back makes it young.

    ``now`` is in seconds since the epoch.
    """
    return {
        attempt.clip: PaidJob(attempt.route, max(0.0, now - attempt.t_done))
        for attempt in attempts
        if attempt.clip and attempt.handle and attempt.t_done is not None
    }.get


async def fetch_again(
    errands: Errands, counter: Counter | None, wanted: Wanted, tell: Tell
) -> Clip:
    """The clip, in the store: its very bytes, or what the vendor has of it now.

    Args:
        errands: journal, store, patience.
        counter: the job's route, if it can be used from here.
        wanted: the clip and its shot.
        tell: told how the download goes, and if the clip is not what it was.

    Raises:
        ClipLostError: the vendor has it no more.
        UnreachableJobError, VendorError: it cannot be asked, or not now; a later run may.
        MediaError: what it delivers is no clip.
        ToolStoppedError: the user wants to leave.
    """
    if counter is None:
        raise _no_key(wanted)
    key = wanted.key
    waiting = Noted(wanted.step.shot.id, "another storyreel has this take in hand: waiting for it")
    async with errands.alone(key, lambda: tell(waiting)):
        there = await asyncio.to_thread(_there, errands, wanted)
        return there or await _fetch(errands, counter, wanted, tell)


def _there(errands: Errands, wanted: Wanted) -> Clip | None:
    """The clip, where another process fetched it while this one waited."""
    digest = wanted.fetch.clip
    good = errands.store.state(digest, fresh=True) == "good"
    return errands.store.clip(digest) if good else None


async def _fetch(errands: Errands, counter: Counter, wanted: Wanted, tell: Tell) -> Clip:
    attempt = await asyncio.to_thread(_attempt_of, errands.journal, wanted)
    handle = _handle(wanted, attempt)
    tried: set[str] = set()
    for _ in range(_LINKS_OF_A_JOB):
        link = await _link(errands, counter, wanted, handle, attempt.links if attempt else ())
        if link in tried:
            break
        tried.add(link)
        try:
            clip = await _kept(errands, counter, wanted, attempt, handle, link, tell)
        except LinkError as error:
            if error.again:
                raise _not_now(wanted, error.brief) from error
        else:
            return _compared(clip, wanted, tell)
    raise _lost(wanted, "the links it gives are dead")


def _attempt_of(journal: Journal, wanted: Wanted) -> Attempt | None:
    """The attempt that brought the clip, where this machine's journal has it."""
    known = journal.attempts_for(wanted.key)
    return next((one for one in known if one.clip == wanted.fetch.clip and one.handle), None)


def _handle(wanted: Wanted, attempt: Attempt | None) -> Handle:
    if attempt and attempt.handle and attempt.route == wanted.fetch.route:
        return attempt.handle
    if wanted.fetch.job is None:
        raise _lost(wanted, "its job's number is known no more")
    return handle_of(wanted.fetch.route, wanted.fetch.job)


async def _link(
    errands: Errands, counter: Counter, wanted: Wanted, handle: Handle, known: tuple[str, ...]
) -> str:
    """Where the vendor says the clip lies, or once said: links may outlive jobs."""
    state = await errands.patiently("poll", counter, lambda: counter.vendor.poll(handle))
    match state:
        case Succeeded() if state.links:
            return state.links[0]
        case Lost() if known:
            return known[0]
        case Lost():
            raise _lost(wanted, state.why)
        case Failed():
            raise _lost(wanted, state.error.brief.rstrip("."))
        case Cancelled():
            raise _lost(wanted, f"the job is said to be {state.word}")
        case _:
            raise _not_now(wanted, "it says that the job is not done")


async def _kept(
    errands: Errands,
    counter: Counter,
    wanted: Wanted,
    attempt: Attempt | None,
    handle: Handle,
    link: str,
    tell: Tell,
) -> Clip:
    """Download it, see that it decodes, and put it into the store."""
    from pipeline.media.probe import probe

    shot = wanted.step.shot.id
    # a name of its own, so that a run after a crash goes on with what has come, and clears it
    target = errands.store.incoming().with_name(f"{wanted.key}.again.mp4")
    if not memory_of(target).exists():
        clear(target)
    try:
        await download_whole(errands, counter, link, target, shot, tell)
        facts = await asyncio.to_thread(probe, target)
        job = counter.vendor.job_id(handle)
        made_for = _made_for(errands.store, wanted, attempt, job)
        return await asyncio.to_thread(errands.store.admit, target, facts, made_for)
    except MediaError as error:
        raise MediaError(
            Path(f"what {wanted.fetch.route} delivers for {shot}"),
            error.why,
            hint="Get the clip from somebody who has it: storyreel pack there, storyreel unpack "
            "here. Or pay again with --remake-missing.",
        ) from error
    finally:
        clear(target)


def _made_for(store: Store, wanted: Wanted, attempt: Attempt | None, job: str) -> MadeFor:
    request, shot, held = wanted.prepared.request, wanted.step.shot, wanted.fetch.held
    price = wanted.fetch.price or (price_words(attempt) if attempt else "unknown")
    return MadeFor(
        key=wanted.key,
        label=shot.id,
        fields=_old_fields(store, wanted, attempt) if held else request.fields(),
        model=held.model if held else shot.model,
        variation=(held or request).variation,
        seed=(held or request).seed,
        route=wanted.fetch.route,
        job=job,
        price=price,
    )


def _old_fields(store: Store, wanted: Wanted, attempt: Attempt | None) -> Mapping[str, str]:
    """What a held take was asked with, where journal or store remember; the board says it no more.

    Empty is read as unknown.
    """
    record = store.record(wanted.fetch.clip)
    made = record and record.for_key(wanted.key)
    return (attempt.fields if attempt else None) or (made.fields if made else None) or {}


def _compared(clip: Clip, wanted: Wanted, tell: Tell) -> Clip:
    """The clip; where the vendor has made other bytes of it meanwhile, that is told."""
    if clip.digest != wanted.fetch.clip:
        text = (
            f"{wanted.fetch.route} delivers other bytes than before (clip {clip.digest[:8]}, not "
            f"{wanted.fetch.clip[:8]}); it is kept, for it was paid for"
        )
        tell(Noted(wanted.step.shot.id, text))
    return clip


def _lost(wanted: Wanted, why: str) -> ClipLostError:
    return ClipLostError(wanted.step.shot.id, wanted.fetch.route, why)


def _not_now(wanted: Wanted, why: str) -> StoryreelError:
    hint = "Run storyreel render again later; the same job is asked, none is sent."
    return UnreachableJobError(wanted.step.shot.id, wanted.fetch.route, why.rstrip("."), hint)


def _no_key(wanted: Wanted) -> StoryreelError:
    return UnreachableJobError(
        wanted.step.shot.id,
        wanted.fetch.route,
        "there is no key for it here",
        "Set its key (storyreel doctor says which), or get the clip from somebody who has it: "
        "storyreel pack there, storyreel unpack here.",
    )
