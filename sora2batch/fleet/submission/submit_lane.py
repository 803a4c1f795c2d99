"""The create lane of one account: whoever has its lease submits what is reserved, batch beside batch.

The engine calls this for one worker at a time, and never again by itself where it fails: what is left is
found by the rows. It ends when nothing is reserved, when the API takes no calls, or with its worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta

from sora2batch.fleet.database.engine import SUBMIT, Call, enqueue
from sora2batch.fleet.database.fleet_error import FleetError
from sora2batch.fleet.submission import lane_state
from sora2batch.fleet.submission.batch_submission import MOST_WAITING, BatchSubmission, SubmissionMeans
from sora2batch.fleet.submission.charge_audit import ChargeAudit
from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.fleet.submission.failover import Recovery, has_failed_over
from sora2batch.fleet.submission.lane_context import BatchUrls, LaneContext
from sora2batch.fleet.submission.lane_lease import drop_lease, take_lease
from sora2batch.fleet.submission.lane_stop import write_stop
from sora2batch.fleet.tables.sent_rows import tidy
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.create_lane import CreateLane, Price, ProvenPrices
from sora2batch.run.event import Event, Paused, heard_by

_LOOK_SECONDS = 0.25
_AUDIT_SECONDS = 60.0


async def run_submit_lane(lane: LaneContext) -> None:
    """Submit until nothing is reserved that can be sent now.

    Raises:
        FleetError: the database is lost, and no call is under way; no other is made without it.
    """
    async with lane.database.transaction() as connection:
        await tidy(connection, lane.worker, lane.unsure)
        if not await take_lease(connection, lane.account, lane.worker):
            return
    lane.unsure.clear()
    recovery = Recovery(
        database=lane.database, account=lane.account, api=lane.api, clock=lane.clock, say=lane.say
    )
    try:
        if await recovery.is_done():
            await _Lane(lane).run()
        else:
            await _come_again(lane)
    finally:
        with suppress(FleetError):
            async with lane.database.transaction() as connection:
                await tidy(connection, lane.worker, lane.unsure)
                await drop_lease(connection, lane.account, lane.worker)
            lane.unsure.clear()


async def _come_again(lane: LaneContext) -> None:
    delay = timedelta(seconds=0.0 if lane.stopping.is_set() else lane.again_seconds)
    call = Call(task=SUBMIT, account=lane.account, delay=delay)
    async with lane.database.transaction() as connection:
        await enqueue(connection, [call])


async def _audit_forever(audit: ChargeAudit, say: Callable[[str], None]) -> None:
    while True:
        try:
            await audit.run()
        except FleetError as error:
            say(error.sentence)
        await asyncio.sleep(_AUDIT_SECONDS)


class _Lane:
    """The batches that are submitted now."""

    def __init__(self, lane: LaneContext) -> None:
        self._lane = lane
        self._proven: list[Price] = []
        self._pauses: list[Paused] = []
        self._running: dict[int, BatchSubmission] = {}
        self._urls: dict[int, BatchUrls] = {}
        self._put_off: dict[int, float] = {}
        """Batches with something left to send, and when they come again, in seconds of the event loop."""
        self._stack = AsyncExitStack()
        self._is_lost = False
        self._has_failed_over = False

    async def run(self) -> None:
        lane = self._lane
        async with lane.database.transaction() as connection:
            prices = await lane_state.read_prices(connection, lane.account)
            pause = await lane_state.read_pause(connection, lane.account)
        shared = CreateLane(prices=ProvenPrices(prices, self._proven.append))
        if pause:
            shared.pause.refuse(pause)
        means = SubmissionMeans(
            api=lane.api,
            clock=lane.clock,
            identity=lane.identity,
            lane=shared,
            listener=self._on_event,
        )
        audit = ChargeAudit(database=lane.database, account=lane.account, api=lane.api, say=lane.say)
        async with self._stack, asyncio.TaskGroup() as group:
            watch = group.create_task(_audit_forever(audit, lane.say))
            try:
                while await self._look_again(means, group):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(lane.stopping.wait(), _LOOK_SECONDS)
            finally:
                watch.cancel()
                await self._end()
        with suppress(FleetError):
            await audit.run()
        if self._put_off or self._has_failed_over:
            await _come_again(lane)

    async def _look_again(self, means: SubmissionMeans, group: asyncio.TaskGroup) -> bool:
        """Look, also where the database is away: what is under way, or has to be written, waits for it."""
        try:
            return await self._look(means, group)
        except FleetError as error:
            if not self._running:
                raise
            if not self._is_lost:
                self._lane.say(error.sentence)
            self._is_lost = True
            return not self._lane.stopping.is_set()

    async def _look(self, means: SubmissionMeans, group: asyncio.TaskGroup) -> bool:
        """Read what there is to do and hand it out; tell whether there may be more."""
        lane = self._lane
        if lane.stopping.is_set():
            return False
        async with lane.database.transaction() as connection:
            if not await take_lease(connection, lane.account, lane.worker):
                lane.say(f"the create lane of {lane.account} is another worker's now")
                return False
            if await has_failed_over(connection, lane.account):
                self._has_failed_over = True
                return False
            works = await lane_state.read_work(connection, lane.account, self._running)
        self._is_lost = False
        await self._write()
        for work in works:
            await self._attend(work, means, group)
        return bool(self._running)

    async def _attend(
        self, work: lane_state.BatchWork, means: SubmissionMeans, group: asyncio.TaskGroup
    ) -> None:
        submission = self._running.get(work.batch.id)
        if submission is None:
            if work.is_stopped or self._put_off.get(work.batch.id, 0.0) > asyncio.get_running_loop().time():
                return
            submission = await self._begin(work, means, group)
        if submission is None:
            return
        submission.note_ended(work.batch.ended)
        if work.is_stopped:
            submission.stop(StopReason.TERMINATE, work.batch.stop_message or "the account is stopped")
        elif work.has_reserved:
            await self._refill(submission)
        if submission.is_idle:
            submission.close()
        if submission.task and submission.task.done():
            await self._finish(submission)

    async def _begin(
        self, work: lane_state.BatchWork, means: SubmissionMeans, group: asyncio.TaskGroup
    ) -> BatchSubmission | None:
        """Begin to submit a batch; None where this worker cannot reach its files: others go on."""
        lane, batch = self._lane, work.batch
        self._put_off.pop(batch.id, None)
        reserved = await self._read_reserved(batch.id, (), MOST_WAITING)
        try:
            urls = await self._stack.enter_async_context(lane.open_urls(batch))
        except Sora2BatchError as error:
            lane.say(f"{batch.manifest} has to wait: {error.sentence}")
            self._come_back_to(batch.id)
            return None
        attempts = DatabaseAttempts(lane.database, batch, lane.worker, lane.unsure, lane.say)
        listener = heard_by(self._on_event, lane.listener_of(batch.manifest))
        submission = BatchSubmission(work, attempts, urls, replace(means, listener=listener))
        self._running[batch.id], self._urls[batch.id] = submission, urls
        self._offer(submission, reserved)
        submission.task = group.create_task(submission.run())
        return submission

    async def _refill(self, submission: BatchSubmission) -> None:
        if submission.room:
            reserved = await self._read_reserved(submission.batch.id, submission.held, submission.room)
            self._offer(submission, reserved)

    async def _read_reserved(
        self, batch: int, held: Collection[int], limit: int
    ) -> Sequence[lane_state.ReservedJob]:
        async with self._lane.database.transaction() as connection:
            return await lane_state.read_reserved(connection, batch, held, limit)

    def _offer(self, submission: BatchSubmission, reserved: Sequence[lane_state.ReservedJob]) -> None:
        for one in reserved:
            self._urls[submission.batch.id].add(one.row.files)
        submission.offer(reserved)

    def _come_back_to(self, batch: int) -> None:
        self._put_off[batch] = asyncio.get_running_loop().time() + self._lane.again_seconds

    async def _finish(self, submission: BatchSubmission) -> None:
        """Write why a batch has ended, and note whether something of it is left for later."""
        batch, is_final = submission.batch.id, False
        for stop in submission.stops:
            async with self._lane.database.transaction() as connection:
                is_final |= await write_stop(connection, self._lane.account, batch, stop)
        del self._running[batch]  # not before that: what a stop has ended would begin anew
        if not is_final and (submission.stops or submission.has_put_off):
            self._come_back_to(batch)

    async def _end(self) -> None:
        """Wait for the answers of calls under way, but not for ever."""
        tasks = []
        for submission in self._running.values():
            submission.stop(StopReason.TERMINATE, "this worker ends")
            tasks += [submission.task] if submission.task else []
        if tasks:
            await asyncio.wait(tasks, timeout=self._lane.grace_seconds)
        with suppress(FleetError):
            await self._write()
        for submission in list(self._running.values()):
            if submission.task and submission.task.done():
                with suppress(FleetError):
                    await self._finish(submission)
            else:
                submission.abandon()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Paused):
            self._pauses.append(event)

    async def _write(self) -> None:
        """Write what all lanes of the account, now and later, should know."""
        if not self._pauses and not self._proven:
            return
        async with self._lane.database.transaction() as connection:
            await lane_state.write_prices(connection, self._lane.account, self._proven)
            for pause in self._pauses[-1:]:
                await lane_state.write_pause(connection, self._lane.account, pause.seconds, pause.message)
        self._pauses.clear()
        self._proven.clear()
