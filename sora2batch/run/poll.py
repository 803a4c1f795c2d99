"""Ask about open tasks until each is done, failed or timed out; trouble with asking never fails a task."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.event import Failed, Generated, TimedOut
from sora2batch.run.open_task import OpenTask
from sora2batch.run.poll_answer import (
    TROUBLES_OF_A_BAD_KEY,
    completed,
    failed,
    first_question_seconds,
    jittered,
    seconds_after_trouble,
)
from sora2batch.run.port import RunContext
from sora2batch.run.repeat_limit import RepeatLimit
from sora2batch.run.schedule import Schedule
from sora2batch.sjinn import answer as api

_WORKERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedTask:
    """A task whose files can be fetched."""

    job: Job
    attempt: Attempt
    urls: tuple[str, ...]
    oddities: tuple[str, ...] = ()
    """What the API named besides, that nobody can fetch."""
    is_fresh: bool
    """Whether the API has just named the URLs; those of the lockfile lack their signatures."""


@dataclass(slots=True)
class _PolledTask:
    """An open task on the schedule."""

    task: OpenTask
    deadline: float
    """Event-loop seconds at which the waiting ends."""
    troubles: int = 0
    """Questions in a row that got no answer."""


class PollStage:
    """Keeps every open task on one heap of due times, with a bounded number of questions under way."""

    def __init__(
        self,
        context: RunContext,
        on_finished: Callable[[FinishedTask], None],
        on_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._context = context
        self._on_finished = on_finished
        self._on_idle = on_idle
        self._schedule: Schedule[_PolledTask] = Schedule()
        self._open = 0
        self._closed = False
        self._timed_out = 0
        self._questions = CancelScope()
        self._failures = RepeatLimit(context.stop_signal, limit=context.stop_after, end="failed")

    @property
    def is_idle(self) -> bool:
        """Whether no task is waited for."""
        return self._open == 0

    def add_new(self, task: OpenTask, expected_seconds: float) -> None:
        """Poll a new task; the first question comes when it may be done, or after a dozen intervals."""
        self._add(task, first_question_seconds(expected_seconds, self._context.options.poll_interval))

    def add_old(self, task: OpenTask) -> None:
        """Poll a task of an earlier run; the first questions are spread over one interval."""
        self._context.concurrency_limit.occupy()
        self._add(task, random.uniform(0, self._context.options.poll_interval))  # noqa: S311

    def close(self) -> None:
        """Say that no more tasks will come; polling ends with the last open one."""
        self._closed = True
        self._end_if_done()

    def stop(self) -> None:
        """End the waiting now; tasks stay open and the next run goes on with them."""
        self._schedule.end()
        self._questions.end()

    async def run(self) -> None:
        """Poll until nothing is open and nothing more will come."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(self._work())

    def _add(self, task: OpenTask, first_seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        deadline = now + self._context.options.timeout
        self._open += 1
        self._schedule.put(_PolledTask(task=task, deadline=deadline), min(now + first_seconds, deadline))

    async def _work(self) -> None:
        while polled := await self._schedule.next():
            with self._questions.wait():
                answer = await self._context.api.status(polled.task.task_id)
            try:
                is_polled = await self._act(polled, answer)
            except Sora2BatchError as error:
                self._context.stop_signal.request_stop(StopReason.DISK, error.message, error=error)
                return
            if not is_polled:
                self._open -= 1
                self._end_if_done()
                if self.is_idle:
                    self._on_idle()

    async def _act(self, polled: _PolledTask, answer: api.StatusAnswer) -> bool:
        """Act on an answer; tell whether the task is still to be polled."""
        match answer:
            case api.Finished():
                await self._finish(polled.task, answer)
                return False
            case api.Failed(refusal):
                await self._fail(polled.task, refusal)
                return False
            case api.Working():
                polled.troubles = 0
                return self._ask_again(polled, jittered(self._context.options.poll_interval))
            case api.Unreadable(_, seconds):
                polled.troubles += 1
                return self._ask_again(polled, self._wait_after_trouble(polled, seconds))
            case api.KeyRefused(refusal):
                polled.troubles += 1
                if not self._is_believable(polled):
                    return self._ask_again(polled, self._wait_after_trouble(polled, None))
                self._context.stop_signal.request_stop(
                    StopReason.KEY, f"the API refused the key: {refusal.message}"
                )
                return False
            case _:
                assert_never(answer)

    def _is_believable(self, polled: _PolledTask) -> bool:
        """Tell whether a refused key is really refused: now and then a firewall says so for a while."""
        is_known = any(stop.reason is StopReason.KEY for stop in self._context.stop_signal.stops)
        is_last = asyncio.get_running_loop().time() >= polled.deadline
        return is_known or is_last or polled.troubles >= TROUBLES_OF_A_BAD_KEY

    def _wait_after_trouble(self, polled: _PolledTask, asked: float | None) -> float:
        return seconds_after_trouble(polled.troubles, self._context.options.poll_interval, asked=asked)

    def _ask_again(self, polled: _PolledTask, seconds: float) -> bool:
        """Put a task on the schedule again; the last question comes at its deadline."""
        now = asyncio.get_running_loop().time()
        if now >= polled.deadline:
            self._give_up(polled.task)
            return False
        self._schedule.put(polled, min(now + seconds, polled.deadline))
        return True

    def _give_up(self, task: OpenTask) -> None:
        """Stop waiting; the task still counts as open, for at the API it is."""
        self._timed_out += 1
        self._context.listener(TimedOut(job=task.job, task_id=task.task_id))
        if self._timed_out >= self._context.options.concurrency and not self._closed:
            self._context.stop_signal.request_stop(StopReason.UNAVAILABLE, "every open task is overdue")

    async def _finish(self, task: OpenTask, named: api.Finished) -> None:
        self._failures.interrupt()
        attempt = completed(task.attempt, named, self._context.clock.now())
        await self._context.recorder.record(Entry.of(task.job, attempt))
        self._context.concurrency_limit.free()
        self._context.listener(Generated(job=task.job))
        self._on_finished(
            FinishedTask(
                job=task.job, attempt=attempt, urls=named.urls, oddities=named.oddities, is_fresh=True
            )
        )

    async def _fail(self, task: OpenTask, refusal: api.Refusal) -> None:
        if not self._closed:  # or else there is nothing left to submit
            self._failures.add(task.job.key, refusal)
        attempt = failed(task.attempt, refusal, self._context.clock.now())
        await self._context.recorder.record(Entry.of(task.job, attempt))
        self._context.concurrency_limit.free()
        self._context.listener(Failed(job=task.job, message=refusal.message))

    def _end_if_done(self) -> None:
        if self._closed and self._open == 0:
            self._schedule.end()
