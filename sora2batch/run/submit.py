"""Create tasks in the plan's order: intent on disk, call, answer on disk, and only then the next step.

Before that the files of an input are where the API can fetch them. The lines between "before the create call"
and "the answer is on disk" are `_call` and `_handle_answer`; nothing else in the program creates a task. A
worker is disturbed only where it waits, never in there. docs/safety.md states what holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeAlias, assert_never

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, ErrorNote
from sora2batch.run import entries
from sora2batch.run.answer_count import AnswerCount
from sora2batch.run.attempt_store import NotReservedError
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.event import Deferred, InDoubt, Paused, Rejected, Spent, Submitted, Unsaved
from sora2batch.run.input_urls import urls_or_deferral
from sora2batch.run.job_queue import JobQueue
from sora2batch.run.open_task import OpenTask
from sora2batch.run.port import SubmitContext
from sora2batch.run.price_watch import PriceWatch
from sora2batch.run.repeat_limit import RepeatLimit
from sora2batch.run.stop_signal import StopRequest
from sora2batch.sjinn import answer as api


class _Again:
    """The call surely cost nothing and may be repeated."""


_Handled: TypeAlias = OpenTask | _Again | None
"""An open task; a call to repeat; or nothing more to do about this job now."""


class SubmitStage:
    """A fixed number of workers that submit jobs from one queue."""

    def __init__(self, context: SubmitContext, queue: JobQueue, on_open: Callable[[OpenTask], None]) -> None:
        self._context = context
        self._queue = queue
        self._on_open = on_open
        self._waits = CancelScope()
        self._order_lock = asyncio.Lock()
        self._prices = PriceWatch(context, self._waits)
        self._workers: list[asyncio.Task[None]] = []
        self._answers = AnswerCount()
        self._rejections = RepeatLimit(context.stop_signal, limit=context.stop_after, end="was rejected")

    async def run(self) -> None:
        """Submit until the queue is empty or a stop is requested; then every answer is on disk."""
        self._context.stop_signal.on_request(self._stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._prepare())
            for _ in range(self._queue.workers(self._context.options.submit_concurrency)):
                self._workers.append(group.create_task(self._work()))
        # The last look has a task of its own, so that a signal can end it.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._prices.look_at_last())

    def abandon(self) -> None:
        """Give up on answers that do not come; their jobs stay in doubt on disk."""
        for worker in self._workers:
            worker.cancel()

    def _stop(self, _: StopRequest) -> None:
        self._queue.clear()
        self._waits.end()

    async def _prepare(self) -> None:
        with self._waits.wait():
            await self._context.input_urls.prepare(self._queue.waiting)

    async def _work(self) -> None:
        while await self._has_more():
            with ExitStack() as order_lock:
                await self._enter(order_lock)
                if self._queue.waiting:
                    with self._queue.next() as job:
                        await self._submit(job, order_lock)

    async def _has_more(self) -> bool:
        if self._queue.waiting:
            return True
        with self._waits.wait():
            return await self._queue.has_more()

    async def _enter(self, order_lock: ExitStack) -> None:
        """Take the one lock, so that jobs are sent in the plan's order; closing the stack lets it go."""
        with self._waits.wait():
            await self._order_lock.acquire()
        order_lock.callback(self._order_lock.release)

    async def _submit(self, job: Job, order_lock: ExitStack) -> None:
        """Bring one job to an answer; keep its place among the open ones only if a task is open then.

        The next job comes in when this one is about to be sent. But where no charge has proven its price, it
        goes alone, whoever else is in the lane: a price that has changed costs one task, not a batch.
        """
        with self._waits.wait():
            await self._context.concurrency_limit.take()
        opened = None
        try:
            if await self._with_urls(job) is None:
                return
            await self._wait_for_permit()
            if (sent := await self._with_urls(job)) is None:  # signed anew, if that wait was long
                return
            async with self._prices.turn(job):
                if self._prices.is_known(job):
                    order_lock.close()
                opened = await self._try(job, sent)
                if opened:
                    await self._prices.look(job, opened.task_id)
        finally:
            if opened is None:
                self._context.concurrency_limit.free()

    async def _with_urls(self, job: Job) -> JsonObject | None:
        """Write the input with URLs for its files; None if they cannot be had, and the job waits."""
        with self._waits.wait():
            return await urls_or_deferral(job, self._context.input_urls, self._context.listener)

    async def _try(self, job: Job, sent: JsonObject) -> OpenTask | None:
        """Call until the API takes the job or refuses it, as often as is safe.

        Refusals count only while nobody gets through: where others do, this job need but wait.
        """
        intent = self._context.next_intent(job, moment=self._moment())
        refusals = 0
        while True:
            answered = self._answers.answered
            handled = await self._call_or_stop(job, intent, sent)
            if not isinstance(handled, _Again):
                return handled
            others_get_through = self._answers.answered > answered
            refusals = 1 if others_get_through else refusals + 1
            if refusals > self._context.options.retries:
                self._defer(job, others_get_through=others_get_through)
                return None
            await self._wait_for_permit()
            if (anew := await self._with_urls(job)) is None:
                return None
            sent, intent = anew, entries.again(intent, moment=self._moment())

    async def _wait_for_permit(self) -> None:
        """Wait until a call may be made. Permits that a pause made stale are not hoarded for its end."""
        with self._waits.wait():
            await self._context.lane.pause.wait()
            while rate := self._context.lane.rate:
                await rate.acquire()
                if not self._context.lane.pause.is_on:
                    return
                await self._context.lane.pause.wait()

    async def _call_or_stop(self, job: Job, intent: Attempt, sent: JsonObject) -> _Handled:
        """Make the call; if its intent or its answer cannot be kept, nothing more is submitted."""
        try:
            return await self._call(job, intent, sent)
        except NotReservedError as error:
            self._context.listener(Deferred(job=job, message=error.message))
            return None
        except Sora2BatchError as error:
            self._context.stop_signal.request_stop(StopReason.DISK, error.message, error=error)
            return None

    async def _call(self, job: Job, intent: Attempt, sent: JsonObject) -> _Handled:
        if not await self._context.attempts.reserve(job):
            message = f"the budget has no room left for {job.key}"
            self._context.stop_signal.request_stop(StopReason.CREDITS, message)
            return None
        until = await self._context.attempts.fence(job, intent)
        if self._context.stop_signal.is_set:
            await self._context.attempts.release(job, intent)
            return None
        handled = await self._handle_answer(job, intent, await self._create(job, sent, until))
        money = self._context.attempts
        self._context.listener(Spent(charged=money.spent, budget=money.budget))
        return handled

    async def _create(self, job: Job, sent: JsonObject, until: Deadline | None) -> api.CreateOutcome:
        try:
            return await self._context.api.create(job.tool_type, sent, until=until)
        except BaseException:
            self._context.attempts.abandon(job)
            self._context.listener(InDoubt(job=job, message="the run ended before the answer came"))
            raise

    async def _handle_answer(self, job: Job, intent: Attempt, answer: api.CreateOutcome) -> _Handled:
        match answer:
            case api.Accepted(task_id):
                return await self._keep_task(job, intent, task_id)
            case api.Rejected(refusal):
                await self._reject(job, intent, refusal)
            case api.KeyRefused(refusal):
                self._context.stop_signal.request_stop(
                    StopReason.KEY, f"the API refused the key: {refusal.message}"
                )
                await self._context.attempts.release(job, intent)
            case api.OutOfCredits(refusal):
                self._context.stop_signal.request_stop(
                    StopReason.CREDITS, f"the account cannot pay: {refusal.message}"
                )
                await self._context.attempts.release(job, intent)
            case api.NotAccepted(refusal, seconds):
                return await self._slow_down(job, intent, refusal.message, seconds)
            case api.NotSent(reason):
                return await self._slow_down(job, intent, reason, None)
            case api.Unknown(reason):
                await self._doubt(job, intent, reason)
            case _:
                assert_never(answer)
        return None

    async def _keep_task(self, job: Job, intent: Attempt, task_id: str) -> OpenTask | None:
        if owner := await self._context.attempts.claim(job, task_id):
            await self._doubt(job, intent, f"the API answered with task {task_id}, which is {owner}")
            return None
        self._count_answer()
        self._rejections.interrupt()
        attempt = entries.accepted(intent, task_id)
        opened = OpenTask(job=job, attempt=attempt)
        try:
            await self._context.attempts.accept(job, attempt)
        except Sora2BatchError:
            self._context.listener(Unsaved(job=job, task_id=task_id))
            raise
        self._prices.charged(job, attempt)
        self._on_open(opened)
        self._context.listener(Submitted(job=job, task_id=task_id))
        return opened

    async def _reject(self, job: Job, intent: Attempt, refusal: api.Refusal) -> None:
        self._count_answer()
        self._rejections.add(job.key, refusal)
        attempt = entries.rejected(intent, refusal, moment=self._moment())
        await self._context.attempts.refuse(job, attempt)
        self._context.listener(Rejected(job=job, message=refusal.message))

    async def _slow_down(self, job: Job, intent: Attempt, why: str, asked: float | None) -> _Again:
        if seconds := self._context.lane.pause.refuse(asked):
            self._context.listener(Paused(seconds=seconds, message=why))
        await self._context.attempts.release(job, intent)
        return _Again()

    async def _doubt(self, job: Job, intent: Attempt, reason: str) -> None:
        if message := self._answers.add_doubt():
            self._context.stop_signal.request_stop(StopReason.NO_ANSWER, message)
        attempt = intent._replace(finished_at=self._moment(), error=ErrorNote(code=None, message=reason))
        await self._context.attempts.doubt(job, attempt)
        self._context.listener(InDoubt(job=job, message=reason))

    def _count_answer(self) -> None:
        self._context.lane.pause.accept()
        self._answers.add()

    def _defer(self, job: Job, *, others_get_through: bool) -> None:
        message = f"not submitted after {1 + self._context.options.retries} tries; nothing was charged"
        self._context.listener(Deferred(job=job, message=message))
        if not others_get_through:
            self._context.stop_signal.request_stop(
                StopReason.UNAVAILABLE, "the API takes no calls at the moment"
            )

    def _moment(self) -> str:
        return to_timestamp(self._context.clock.now())
