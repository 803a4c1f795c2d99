"""Files that are in place are looked at: after all else, in no one's way, and never a failure."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple, Protocol

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, Look
from sora2batch.run.artifact import Artifacts
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.event import Looked, NotLooked
from sora2batch.run.port import RunContext
from sora2batch.run.store_stage import Names

_WORKERS = 2


class Looking(Protocol):
    """Who looks at files."""

    async def look(self, job: Job, path: Path, /) -> Look | str:
        """Tell what somebody should look at in a file of a job; or why nothing can be said of it."""
        ...


class Inspection(NamedTuple):
    """Who looks at files, and where they are."""

    looking: Looking
    artifacts: Artifacts


class _Task(NamedTuple):
    """A finished task; its files are in place."""

    job: Job
    task_id: str | None


class LookStage:
    """Has files looked at, and writes down what was seen; without an inspection there is nothing to do.

    A file is recorded before it comes here. What ends the run, or a kill, loses no more than what would have
    been seen: `verify --look` looks again.
    """

    def __init__(self, context: RunContext, names: Names, inspection: Inspection | None) -> None:
        self._context = context
        self._names = names
        self._inspection = inspection
        self._queue: asyncio.Queue[_Task | None] = asyncio.Queue()
        self._looks = CancelScope()

    def add(self, job: Job, attempt: Attempt) -> None:
        """Have the files of a task looked at soon."""
        self._queue.put_nowait(_Task(job, attempt.task_id))

    def close(self) -> None:
        """Say that no more tasks will come."""
        self._queue.put_nowait(None)

    def stop(self) -> None:
        """End now; what was not looked at yet is not."""
        self._looks.end()

    async def run(self) -> None:
        """Look until the queue has ended."""
        if self._inspection is None:
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(self._work(self._inspection))

    async def _work(self, inspection: Inspection) -> None:
        while task := await self._next():
            with self._looks.wait():
                looks = await self._look(task, inspection)
            try:
                await self._record(task, looks)
            except (Sora2BatchError, OSError) as error:  # no reason to stop: what was paid for is recorded
                message = f"what was seen could not be written down: {error}"
                self._context.listener(NotLooked(job=task.job, path="", message=message))
        self._queue.put_nowait(None)

    async def _next(self) -> _Task | None:
        with self._looks.wait():
            return await self._queue.get()

    async def _look(self, task: _Task, inspection: Inspection) -> dict[str, Look]:
        """Look at each file; what is told of it is what was seen, by its hash."""
        looks: dict[str, Look] = {}
        attempt = self._attempt(task)
        for output in attempt.outputs if attempt else ():
            path = inspection.artifacts.locate(output)
            if path is None or output.sha256 is None:
                continue
            seen = await inspection.looking.look(task.job, path)
            if isinstance(seen, str):
                self._context.listener(NotLooked(job=task.job, path=output.path or "", message=seen))
            else:
                looks[output.sha256] = seen
                self._context.listener(Looked(job=task.job, path=output.path or "", look=seen))
        return looks

    async def _record(self, task: _Task, looks: dict[str, Look]) -> None:
        """Write down what was seen, if anything was; no file gets another name meanwhile."""
        if not any(looks.values()):
            return
        async with self._names.names_stay():
            entry = self._context.recorder.entry(task.job.fingerprint)
            attempt = self._attempt(task)
            if entry and attempt:
                seen = attempt.with_looks({digest: look for digest, look in looks.items() if look})
                if seen != attempt:
                    await self._context.recorder.record(entry.only(seen))

    def _attempt(self, task: _Task) -> Attempt | None:
        """Find a task as it is known now: its files may have been moved."""
        entry = self._context.recorder.entry(task.job.fingerprint)
        known = entry.attempts if entry else ()
        return next((one for one in known if one.task_id == task.task_id), None)
