"""Many open tasks watched: what one of them weighs, how late its questions come, how busy the processor is.

Arguments: tasks, poll interval, seconds to watch.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.job import Credits, Job, fingerprint_of
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.create_lane import CreateLane
from sora2batch.run.journal_attempts import JournalAttempts
from sora2batch.run.open_task import OpenTask
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.poll import PollStage
from sora2batch.run.port import RunContext
from sora2batch.run.schedule import Schedule
from sora2batch.run.stop_signal import StopSignal
from sora2batch.sjinn.answer import CreateOutcome, LedgerReading, NotSent, StatusAnswer, Working

_TOOL = "sora2-text-to-video-api"


class Api:
    """Answers at once that the task is not done."""

    def __init__(self) -> None:
        self.questions = 0

    @property
    def silence(self) -> str | None:
        """Why it does not answer: it does."""
        return None

    async def create(
        self, _tool_type: str, _request: JsonObject, /, *, until: Deadline | None = None
    ) -> CreateOutcome:
        """Make nothing."""
        del until
        return NotSent("this is a benchmark")

    async def status(self, _task_id: str, /) -> StatusAnswer:
        """Say that it goes on."""
        self.questions += 1
        return Working(0)

    async def ledger(self, *, since: datetime, looking_for: Collection[str] = ()) -> LedgerReading:
        """Know nothing."""
        del since, looking_for
        return LedgerReading(records=())


class Nowhere:
    """Keeps nothing."""

    def entry(self, _fingerprint: str, /) -> Entry | None:
        """Know nothing."""
        return None

    def owner_of(self, _task_id: str, /) -> Entry | None:
        """Know nothing."""
        return None

    async def record(self, _entry: Entry, /) -> None:
        """Forget it."""


class TimedSchedule(Schedule[Any]):
    """Remembers by how much each item came too late."""

    def __init__(self) -> None:
        super().__init__()
        self.lateness: list[float] = []
        self._due: dict[int, float] = {}

    def put(self, item: Any, due: float) -> None:
        """Note when it is due."""
        self._due[id(item)] = due
        super().put(item, due)

    async def next(self) -> Any:
        """Hand out the next item and compare the clock with what was noted."""
        item = await super().next()
        if item is not None:
            self.lateness.append(asyncio.get_running_loop().time() - self._due.pop(id(item)))
        return item


async def main() -> None:
    """Weigh first, then watch."""
    count, interval, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    tasks = [_job(number) for number in range(count)]
    gc.collect()
    weight = _weigh(tasks, interval)
    polling, api, schedule = _polling(interval)
    started = time.perf_counter()
    for job, attempt in tasks:
        polling.add_old(OpenTask(job=job, attempt=attempt))
    set_up = time.perf_counter() - started
    running = asyncio.create_task(polling.run())
    await asyncio.sleep(interval)
    schedule.lateness.clear()
    busy, began, asked = time.process_time(), time.perf_counter(), api.questions
    await asyncio.sleep(seconds)
    share = (time.process_time() - busy) / (time.perf_counter() - began)
    polling.stop()
    await running
    print(
        json.dumps(
            {
                "bytes": weight,
                "lateness": max(schedule.lateness),
                "share": share,
                "set_up": set_up,
                "questions": api.questions - asked,
            }
        )
    )


def _weigh(tasks: list[tuple[Job, Attempt]], interval: float) -> float:
    """Count the bytes that watching a task adds to its job and its line."""
    tracemalloc.start()
    polling, _, _ = _polling(interval, timed=False)
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for job, attempt in tasks:
        polling.add_old(OpenTask(job=job, attempt=attempt))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(tasks)


def _polling(interval: float, *, timed: bool = True) -> tuple[PollStage, Api, TimedSchedule]:
    api, schedule = Api(), TimedSchedule()
    tracker = BudgetTracker(budget=Credits(10**9), spent=Credits(0), in_doubt=Credits(0))
    context = RunContext(
        api=api,
        recorder=Nowhere(),
        listener=lambda _: None,
        clock=SystemClock(),
        options=RunOptions(concurrency=10_000, poll_interval=interval),
        attempts=JournalAttempts(Nowhere(), tracker),
        stop_signal=StopSignal(),
        concurrency_limit=ConcurrencyLimit(10_000),
        lane=CreateLane(),
    )
    polling = PollStage(context, lambda _: None)
    if timed:
        polling._schedule = schedule
    return polling, api, schedule


def _job(number: int) -> tuple[Job, Attempt]:
    input: JsonObject = {"prompt": f"a red fox {number}", "mode": "std", "duration": 10}
    job = Job(
        key=f"hero/fox-{number}",
        group="hero",
        labels=(("subject", f"fox-{number}"),),
        tool_type=_TOOL,
        take=1,
        input=input,
        fingerprint=fingerprint_of(_TOOL, input, 1),
        credits=Credits(420),
        filename=f"hero/fox-{number}",
    )
    return job, Attempt(state=State.SUBMITTED, credits=Credits(420), task_id=f"task-{number}")


if __name__ == "__main__":
    asyncio.run(main())
