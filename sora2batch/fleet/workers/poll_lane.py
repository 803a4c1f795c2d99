"""Open tasks of an account are asked about when they are due, by all workers together; trouble fails none.

What an answer means is as in a run (``run/poll_answer``). Nothing waits here in memory for its time: the due
times are in the database, and whoever lives takes what is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple, assert_never

from psycopg.errors import UniqueViolation

from sora2batch.fleet.database.fleet_error import FleetError, PassingError
from sora2batch.fleet.submission.lane_stop import write_stop
from sora2batch.fleet.tables.attempt_row import entry_of, line_of
from sora2batch.fleet.tables.told_job import job_of
from sora2batch.fleet.workers.poll_rows import DueTask, Outcome, Written, take, write
from sora2batch.fleet.workers.repeats import BatchStop, FailedTask, count_failures
from sora2batch.fleet.workers.worker_context import WHOLE_WORKER, WorkerContext
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Entry, State
from sora2batch.run.event import Event, Failed, Generated, Stopped, TimedOut, Warned
from sora2batch.run.poll_answer import (
    TROUBLES_OF_A_BAD_KEY,
    completed,
    failed,
    jittered,
    seconds_after_trouble,
)
from sora2batch.run.stop_signal import StopRequest
from sora2batch.sjinn import answer as api

_MOST_TRIES = 10
"""Of writing answers down."""


class _Answered(NamedTuple):
    """What is to be written down, and what it is told as once it is."""

    written: Written
    entry: Entry | None = None
    told: Event | None = None
    refusal: api.Refusal | None = None


class PollLane:
    """Takes what is due, asks, and writes down what comes back."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context
        self._settings = context.settings
        self._questions = asyncio.Semaphore(self._settings.poll_questions)
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._answers: asyncio.Queue[_Answered | None] = asyncio.Queue()
        """None is the last one."""
        self._news = asyncio.Event()
        self._is_over = asyncio.Event()
        self._refused_key: str | None = None
        self._told: str | None = None

    async def run(self) -> None:
        """Ask until ``stop``; then everything that was answered is written down."""
        writing = asyncio.create_task(self._write_all())
        try:
            while not self._is_over.is_set() and not writing.done():
                await self._pause(await self._take())
        finally:
            for task in self._asking.values():
                task.cancel()
            await asyncio.gather(*self._asking.values(), return_exceptions=True)
            self._answers.put_nowait(None)
            await writing

    def stop(self) -> None:
        """Ask nothing more; who is asked at the moment is asked again by somebody else, or later."""
        self._is_over.set()
        self._news.set()

    async def _take(self) -> bool:
        """Take what is due; tell whether there may be more of it."""
        most = 1 if self._refused_key else self._settings.poll_batch
        lease = timedelta(seconds=self._settings.poll_lease_seconds)
        try:
            async with self._context.database.transaction() as connection:
                taken = await take(connection, self._context.account, most=most, lease=lease)
        except PassingError:  # the beat tells of a database that is away
            return False
        except Sora2BatchError as error:
            self._tell_trouble(f"tasks that are due cannot be read: {error.message}")
            return False
        for task in taken:
            if task.id not in self._asking:
                self._asking[task.id] = asyncio.create_task(self._ask(task))
        return len(taken) == most and not self._refused_key

    def _tell_trouble(self, message: str) -> None:
        """Tell what a person has to do something about, once."""
        if message != self._told:
            self._told = message
            self._context.listener(WHOLE_WORKER, Warned(message=message))

    async def _pause(self, is_more: bool) -> None:  # noqa: FBT001
        """Wait for the next look; where there is more to take, until most of what was taken is answered."""
        wait = self._settings.key_seconds if self._refused_key else self._settings.poll_seconds
        while is_more and len(self._asking) > self._settings.poll_questions and not self._is_over.is_set():
            self._news.clear()
            await self._news.wait()
        if not is_more:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._is_over.wait()

    async def _ask(self, task: DueTask) -> None:
        try:
            async with self._questions:
                answer = await self._context.api.status(task.task_id)
            self._answers.put_nowait(await self._read(task, answer))
        except FleetError as error:
            message = f"task {task.task_id}: {error.message}"
            self._context.listener(task.batch.manifest, Warned(message=message))
        finally:
            self._asking.pop(task.id, None)
            self._news.set()

    async def _read(self, task: DueTask, answer: api.StatusAnswer) -> _Answered:
        """Tell what an answer means for its task."""
        interval = task.batch.run_options.poll_interval
        if not isinstance(answer, api.KeyRefused | api.Unreadable):
            self._refused_key = None
        match answer:
            case api.Finished():
                return self._finished(task, answer)
            case api.Failed(refusal):
                return self._failed(task, refusal)
            case api.Working():
                return self._working(task, jittered(interval))
            case api.Unreadable(_, asked):
                troubles = task.troubles + 1
                wait = seconds_after_trouble(troubles, interval, asked=asked)
                return self._working(task, wait, troubles)
            case api.KeyRefused(refusal):
                return await self._key_refused(task, refusal, interval)
            case _:
                assert_never(answer)

    def _finished(self, task: DueTask, named: api.Finished) -> _Answered:
        entry = entry_of(task.line)
        attempt = completed(entry.primary, named, self._context.clock.now())
        written = Written(task, state=State.COMPLETED, line=line_of(entry, attempt))
        return _Answered(written, entry, Generated(job=job_of(entry)))

    def _failed(self, task: DueTask, refusal: api.Refusal) -> _Answered:
        entry = entry_of(task.line)
        attempt = failed(entry.primary, refusal, self._context.clock.now())
        written = Written(task, state=State.FAILED, line=line_of(entry, attempt))
        told = Failed(job=job_of(entry), message=refusal.message)
        return _Answered(written, entry, told, refusal)

    def _working(self, task: DueTask, wait_seconds: float, troubles: int = 0) -> _Answered:
        return _Answered(Written(task, wait_seconds=wait_seconds, troubles=troubles))

    async def _key_refused(self, task: DueTask, refusal: api.Refusal, interval: float) -> _Answered:
        """Believe it after a while: now and then a firewall says so. Then nothing more is submitted.

        It is written each time: ``run --fleet`` takes the word back, as the key may have been mended.
        """
        troubles = task.troubles + 1
        is_news = self._refused_key is None
        if not is_news or troubles >= TROUBLES_OF_A_BAD_KEY or task.is_overdue:
            self._refused_key = f"the API refused the key: {refusal.message}"
            with suppress(Sora2BatchError):
                async with self._context.database.transaction() as connection:
                    stop = StopRequest(reason=StopReason.KEY, message=self._refused_key)
                    await write_stop(connection, self._context.account, task.batch.id, stop)
            if is_news:
                self._context.listener(WHOLE_WORKER, Stopped(message=self._refused_key))
        return self._working(task, seconds_after_trouble(troubles, interval, asked=None), troubles)

    async def _write_all(self) -> None:
        """Write answers down as they come, many at once."""
        is_last = False
        while not is_last:
            first = await self._answers.get()
            batch = [] if first is None else [first]
            is_last = first is None or await self._gather(batch)
            if batch:
                await self._write(batch)

    async def _gather(self, batch: list[_Answered]) -> bool:
        """Wait a moment for more answers, unless there are enough for one statement; tell if that was all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.write_seconds):
                while len(batch) < self._settings.poll_batch:
                    answered = await self._answers.get()
                    if answered is None:
                        return True
                    batch.append(answered)
        return False

    async def _write(self, batch: Sequence[_Answered]) -> None:
        """Write some down; a database that is away is waited for, for a while: then it is asked again."""
        is_deferred = False
        for tries in range(1, _MOST_TRIES + 1):
            try:
                await self._write_once(batch, is_deferred=is_deferred)
            except Sora2BatchError as error:
                is_deferred = isinstance(error.__cause__, UniqueViolation)
                if self._is_over.is_set() and not is_deferred:
                    return
                await asyncio.sleep(self._settings.reconnect_seconds(tries))
            else:
                return

    async def _write_once(self, batch: Sequence[_Answered], *, is_deferred: bool) -> None:
        account = self._context.account
        answers = [one.written for one in batch]
        async with self._context.database.transaction() as connection:
            outcome = await write(connection, account, answers, is_deferred=is_deferred)
            failures = [
                FailedTask(one.written.task, one.entry.key, one.refusal)
                for one in batch
                if one.refusal and one.entry and one.written.task.id in outcome.ended
            ]
            stops = await count_failures(connection, failures) if failures else ()
        self._tell(batch, outcome, stops)

    def _tell(self, batch: Sequence[_Answered], outcome: Outcome, stops: Sequence[BatchStop]) -> None:
        for one in batch:
            task = one.written.task
            if one.told and task.id in outcome.ended:
                self._context.listener(task.batch.manifest, one.told)
            elif task.id in outcome.timed_out:
                told = TimedOut(job=job_of(entry_of(task.line)), task_id=task.task_id)
                self._context.listener(task.batch.manifest, told)
        for stop in stops:
            self._context.listener(stop.manifest, Stopped(message=stop.message))
