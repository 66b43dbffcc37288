"""One shot: its pictures gathered, its clip made by whoever makes that model's, and stored.

Blocking; the runner calls it from its threads. Between making and storing, the clip lies in the
store's ``incoming`` folder: a crash there costs a clip that nobody was promised.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.ids import Digest, ShotId, TakeKey
from pipeline.makers.interface import Maker, Order
from pipeline.models.catalog import models
from pipeline.plan.request import Request, request_for
from pipeline.plan.serving import serving
from pipeline.plan.step import Fetch, Gone, Make, Missing, Resume, Reuse, Step
from pipeline.plan.step import Forced as ForcedReason
from pipeline.plan.take import Lock, ShotTakes, Take, moment_of
from pipeline.run.events import Event, Fetched, Found, Noted, Progressed, Stored
from pipeline.run.handover import HandedFrame, frame_index, hand_over
from pipeline.run.order import order_for
from pipeline.run.paid_errors import ClipLostError, MovedOnError, StuckError
from pipeline.run.prepared import Away, Finished, Lane, Prepared
from pipeline.store.clip import Clip
from pipeline.store.record import MadeFor
from pipeline.store.store import Store
from pipeline.storyboard.shot import Film, FrameOf, Picture, Shot, Source

_FETCHES_AT_ONCE = 4


@dataclass(frozen=True)
class Workshop:
    """Makes shots.

    Args:
        film: the shots, for the frames they hand over.
        store: where clips lie.
        lock: as it was when the run began; takes are numbered on from it.
        maker: the maker of a model that is made here.
        away: gets clips through routes; absent when none is wanted.
        remake_missing: pay again for takes whose clips are gone.
        numbers: of takes to come, by what their steps are called; absent, the next.
    """

    film: Film
    store: Store
    lock: Lock
    maker: Callable[[str], Maker]
    away: Away | None = None
    remake_missing: bool = False
    numbers: Mapping[ShotId, int] = field(default_factory=dict)

    @functools.cached_property
    def shots(self) -> Mapping[ShotId, Shot]:
        """Each shot by its name."""
        return {shot.id: shot for shot in self.film.shots}

    @functools.cached_property
    def wanted(self) -> Mapping[ShotId, Collection[FrameOf]]:
        """By shot, the frames that other shots start or end on or refer to."""
        wanted: dict[ShotId, dict[FrameOf, None]] = {}
        for shot in self.film.shots:
            for source in shot.sources:
                if isinstance(source, FrameOf):
                    wanted.setdefault(source.shot, {})[source] = None
        return wanted

    def lane(self, step: Step, jobs: int) -> Lane:
        """The lane a shot is made in; ``jobs`` is how many are made here at once."""
        if self.away and isinstance(step.action, Fetch):  # made it is there: it takes no place
            return Lane(f"{step.action.route}, again", _FETCHES_AT_ONCE, away=True)
        if self.away is None or models()[step.shot.model].built_in:
            return Lane("here", jobs)
        return self.away.lane(step)

    def prepare(self, step: Step, clips: Mapping[ShotId, Clip]) -> Prepared:
        """Gather the pictures a shot is made from, taking frames from the clips it follows."""
        files: dict[Source, Path] = {}
        digests: dict[Source, Digest] = {}
        for source in step.shot.sources:
            if isinstance(source, Picture):
                _refuse_if_changed(source)
                files[source], digests[source] = source.path, source.digest
            else:
                handed = self._handed(source, clips[source.shot])
                files[source], digests[source] = handed.path, handed.pixels
        request = self._asked(step, request_for(step.shot, digests.__getitem__))
        key = request.key
        if key is None:
            raise AssertionError("every picture is at hand, so the key is known")
        return Prepared(request, key, files)

    def _asked(self, step: Step, request: Request) -> Request:
        """The request in the step's variation; one that could not be known sooner is chosen now."""
        if step.further or step.key is not None:
            return request.as_taken(step.request.variation, step.request.seed)
        return serving(request, self._block(step), self._good).request

    def _block(self, step: Step) -> ShotTakes:
        return self.lock.of(step.renamed_from or step.shot.id)

    def _good(self, clip: Digest) -> bool:
        return self.store.state(clip) == "good"

    def reuse(self, step: Step, action: Reuse) -> Finished:
        """Take the clip the plan found; it becomes a take of this shot if it was none."""
        clip = self.store.clip(action.clip)
        take = None if action.take and not step.renamed_from else self._take(step, clip)
        return Finished(clip, Found(step.shot.id, clip.digest, take))

    def make(
        self,
        step: Step,
        prepared: Prepared,
        tell: Callable[[Event], None],
        stop: threading.Event,
    ) -> Finished:
        """Make the clip, unless one for this very request is there after all."""
        forced = isinstance(step.action, Make) and isinstance(step.action.reason, ForcedReason)
        there = None if forced else self._there(step, prepared.key)
        ready = replace(step, request=prepared.request)
        if there:
            return self._found(ready, there)
        clip = self._made(ready, prepared, tell, stop)
        return Finished(clip, Stored(step.shot.id, self._take(ready, clip)))

    async def order(
        self, step: Step, prepared: Prepared, tell: Callable[[Event], None]
    ) -> Finished:
        """Get the clip through a route: what is out is gone on with, else it is ordered."""
        if self.away is None:
            raise AssertionError("only a workshop with routes has lanes away")
        if isinstance(step.action, Fetch) and step.action.held:
            clip = await self.away.fetch_again(step.action, step, prepared, tell)
            take = await asyncio.to_thread(self._held, step, step.action.held, clip)
            return Finished(clip, Fetched(step.shot.id, take))
        forced = isinstance(step.action, Make) and isinstance(step.action.reason, ForcedReason)
        ready = replace(step, request=prepared.request)
        asked = forced or isinstance(step.action, Resume)
        there = None if asked else self._there(step, prepared.key)
        if there:
            return self._found(ready, there)
        if not forced:
            ready = self._unless_paid_before(ready)
        if isinstance(step.action, Fetch) and step.key != prepared.key:
            raise MovedOnError(step.shot.id)
        again = await self._fetched_again(ready, prepared, tell)
        if again:
            return again
        bought = await self.away.buy(ready, prepared, tell)
        take = await asyncio.to_thread(self._take, ready, bought.clip)
        take = replace(take, route=bought.route, price=bought.price)
        return Finished(bought.clip, Stored(step.shot.id, take))

    async def _fetched_again(
        self, step: Step, prepared: Prepared, tell: Callable[[Event], None]
    ) -> Finished | None:
        """The clip of a take that was paid for before, by its job, where the plan says so.

        Raises:
            ClipLostError: the vendor has it no more, and nobody said to pay for it again.
        """
        fetch = step.fetch
        if fetch is None or self.away is None:
            return None
        try:
            clip = await self.away.fetch_again(fetch, step, prepared, tell)
        except ClipLostError as error:
            if isinstance(step.action, Fetch):
                raise
            tell(Noted(step.shot.id, error.brief))
            return None
        take = await asyncio.to_thread(self._take, step, clip)
        return Finished(clip, Fetched(step.shot.id, take))

    def _unless_paid_before(self, step: Step) -> Step:
        """A shot that follows another knows its key only now: is it a take whose clip is gone?

        Raises:
            StuckError: it is, and nobody said to pay for it again.
        """
        if not isinstance(step.action, Make) or isinstance(step.action.reason, Gone):
            return step
        known = self._block(step).takes
        take = next((take for take in known if take.key == step.key), None)
        if take is None:
            return step
        gone, state = take.clip, self.store.state(take.clip)
        fetch = Fetch(gone, take.route, take.job, take.price) if take.route and take.job else None
        if self.remake_missing:
            return replace(step, action=Make(Gone(gone, f"is {state}", fetch)))
        if fetch is None:
            raise StuckError(step.shot.id, Missing(gone, state))
        return replace(step, action=fetch)

    def _there(self, step: Step, key: TakeKey) -> Digest | None:
        """A clip for this very request: the one that serves, none that was rejected.

        A further take that was made once is not made again, not here or rejected though it be.
        """
        block = self._block(step)
        known = {take.clip: take.number for take in block.takes if take.key == key}
        there = [clip for clip in self.store.clips_for(key) if clip not in block.rejected]
        there.sort(key=lambda clip: (clip != block.pick, known.get(clip, len(known) + 10**9)))
        return next(iter(there or (known if step.further else ())), None)

    def _found(self, step: Step, digest: Digest) -> Finished:
        block = self._block(step)
        gone = digest in block.rejected or not self._good(digest)
        if step.further and gone:
            return Finished(None, Found(step.shot.id, digest, None))
        clip = self.store.clip(digest)
        return Finished(clip, Found(step.shot.id, digest, self._take(step, clip)))

    def _made(
        self,
        step: Step,
        prepared: Prepared,
        tell: Callable[[Event], None],
        stop: threading.Event,
    ) -> Clip:
        from pipeline.media.probe import probe

        shot = step.shot
        target = self.store.incoming()
        order = order_for(shot, prepared.request, prepared.files, target)
        try:
            delivery = self.maker(shot.model).make(
                order, tell=lambda done: tell(Progressed(shot.id, done)), stop=stop
            )
            _see_that_it_shows(target, order, shot)
            made_for = MadeFor(
                key=prepared.key,
                label=shot.id,
                fields=prepared.request.fields(),
                model=shot.model,
                variation=prepared.request.variation,
                seed=prepared.request.seed,
                notes=delivery.notes,
            )
            clip = self.store.admit(target, probe(target), made_for)
        finally:
            target.unlink(missing_ok=True)
        for note in delivery.notes:
            tell(Noted(shot.id, note))
        return clip

    def _take(self, step: Step, clip: Clip) -> Take:
        """The clip as a take of this shot: the one it is already, or the next number."""
        takes = self._block(step)
        key = step.request.key
        if key is None:
            raise AssertionError("a shot with a clip has its key")
        frames = self.frames_of(step.shot.id, clip)
        known = next((t for t in takes.takes if (t.key, t.clip) == (key, clip.digest)), None)
        if known:
            return replace(known, frames={**known.frames, **frames})
        record = self.store.record(clip.digest)
        made = record and record.for_key(key)
        paid = made if made and made.route else None
        return Take(
            number=self.numbers.get(step.label, takes.next_number()),
            key=key,
            clip=clip.digest,
            model=step.shot.model,
            variation=step.request.variation,
            seed=step.request.seed,
            route=paid.route if paid else None,
            job=paid.job if paid else None,
            price=paid.price if paid else None,
            frames=frames,
        )

    def _held(self, step: Step, held: Take, clip: Clip) -> Take:
        """The take that is held, with its clip; a take of its own where the bytes are others."""
        frames = self.frames_of(step.shot.id, clip)
        if clip.digest == held.clip:
            return replace(held, frames={**held.frames, **frames})
        number = self.numbers.get(step.label, self._block(step).next_number())
        return replace(held, number=number, clip=clip.digest, frames=frames)

    def frames_of(self, name: ShotId, clip: Clip) -> dict[str, Digest]:
        """Take every frame that other shots want of this clip, now that it is here."""
        wanted = self.wanted.get(name, ())
        return {moment_of(frame): self._handed(frame, clip).pixels for frame in wanted}

    def _handed(self, frame: FrameOf, clip: Clip) -> HandedFrame:
        index = frame_index(frame.moment, clip, self.shots[frame.shot], self.film.rate)
        return hand_over(self.store, clip, index)


def _see_that_it_shows(made: Path, order: Order, shot: Shot) -> None:
    """Decode a clip that was made to its end.

    Raises:
        MediaError: it is damaged; where it is a copy, the author's own file and the board's line
            are named.
    """
    from pipeline.media.probe import check_decodable, check_showable

    if order.clip is None:
        check_decodable(made)
        return
    try:
        check_showable(made)
    except MediaError as error:
        where = f"Line {shot.line} of the board names it."
        hint = f"{error.hint} {where}" if error.hint else where
        raise MediaError(order.clip, error.why, hint=hint) from error


def _refuse_if_changed(picture: Picture) -> None:
    """A clip is known by the pictures that were planned: of others it may not be made.

    Raises:
        MediaError: the file has other bytes than when the board was read.
    """
    if digest_of_file(picture.path) != picture.digest:
        raise MediaError(
            picture.path,
            "it was changed after the board was read",
            hint="Run storyreel render again; it plans with the picture as it is now.",
        )
