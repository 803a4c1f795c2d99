"""Results that are in place go to the user's own store as well: a bounded number at once, after all else."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.run.artifact import Artifacts
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.circuit_breaker import CircuitBreaker, FileError
from sora2batch.run.collect import disk_error
from sora2batch.run.entries import with_stored
from sora2batch.run.event import NotStored, Stored
from sora2batch.run.port import RunContext

_WORKERS = 4


class Names(Protocol):
    """Who gives results their names."""

    def names_stay(self) -> AbstractAsyncContextManager[object]:
        """Have no file get another name while the block lasts."""
        ...


class Putting(Protocol):
    """Who puts files in the store."""

    async def put(self, output: Output, path: Path, /) -> bool:
        """Put a file there, if it is not there; tell whether it was new.

        Raises:
            FileError: the file is at fault.
            Sora2BatchError: the store fails.
        """
        ...


class Destination(NamedTuple):
    """Where results go besides the output folder."""

    files: Putting
    artifacts: Artifacts
    breaker: CircuitBreaker


class _Task(NamedTuple):
    """A finished task; its files are in place."""

    job: Job
    task_id: str | None


@dataclass(slots=True)
class _Upload:
    """What became of a task's files."""

    digests: set[str] = field(default_factory=set)
    """What is in the store now."""
    error: Sora2BatchError | None = None


class StoreStage:
    """Puts files in the store, and says so in the lockfile; without a store there is nothing to do.

    A file is recorded before it comes here, and said to be stored once it is: so a kill between any two of
    these steps leaves it to the next run, which finds it in place, or in the store.
    """

    def __init__(self, context: RunContext, names: Names, destination: Destination | None) -> None:
        self._context = context
        self._names = names
        self._destination = destination
        self._queue: asyncio.Queue[_Task | None] = asyncio.Queue()
        self._puts = CancelScope()

    def add(self, job: Job, attempt: Attempt) -> None:
        """Put the files of a task in the store soon."""
        self._queue.put_nowait(_Task(job, attempt.task_id))

    def close(self) -> None:
        """Say that no more tasks will come."""
        self._queue.put_nowait(None)

    def stop(self) -> None:
        """End now; what is not in the store yet stays to be put there."""
        self._puts.end()

    async def run(self) -> None:
        """Put until the queue has ended."""
        if self._destination is None:
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(self._work(self._destination))

    async def _work(self, destination: Destination) -> None:
        while task := await self._next():
            if destination.breaker.is_open:
                self._context.listener(NotStored(job=task.job, message="the store has failed before"))
                continue
            with self._puts.wait():
                upload = await self._upload(task, destination)
            try:
                await self._record(task, upload)
            except (Sora2BatchError, OSError) as error:
                self._context.stop_signal.request_stop(StopReason.DISK, str(error), error=disk_error(error))
            else:
                self._tell(task, upload, destination.breaker)
        self._queue.put_nowait(None)

    async def _next(self) -> _Task | None:
        with self._puts.wait():
            return await self._queue.get()

    async def _upload(self, task: _Task, destination: Destination) -> _Upload:
        """Put what is not there yet, up to the first file of which that fails."""
        upload = _Upload()
        attempt = self._attempt(task)
        for index, output in enumerate(attempt.outputs if attempt else ()):
            if output.sha256 is None or output.stored:
                continue
            try:
                await self._put(task, index, destination)
            except Sora2BatchError as error:
                upload.error = error
                break
            upload.digests.add(output.sha256)
        return upload

    async def _put(self, task: _Task, index: int, destination: Destination) -> None:
        """Put one file; if it gets another name meanwhile, once more from there."""
        tried = None
        while True:
            output = self._output(task, index)
            path = destination.artifacts.locate(output)
            if path is None:
                raise FileError(f"{output.path} lies outside the output folder")
            try:
                await destination.files.put(output, path)
            except Sora2BatchError:
                if self._output(task, index).path in {output.path, tried}:
                    raise
                tried = output.path
            else:
                return

    async def _record(self, task: _Task, upload: _Upload) -> None:
        """Say what is in the store. No file gets another name meanwhile: the line says where each is, too."""
        if not upload.digests:
            return
        async with self._names.names_stay():
            entry = self._context.recorder.entry(task.job.fingerprint)
            attempt = self._attempt(task)
            if entry and attempt:
                await self._context.recorder.record(entry.only(with_stored(attempt, upload.digests)))

    def _tell(self, task: _Task, upload: _Upload, breaker: CircuitBreaker) -> None:
        match upload.error:
            case None:
                breaker.note_success()
                self._context.listener(Stored(job=task.job))
            case error:
                breaker.note_failure(error)
                self._context.listener(NotStored(job=task.job, message=error.message))

    def _output(self, task: _Task, index: int) -> Output:
        attempt = self._attempt(task)
        return attempt.outputs[index] if attempt and index < len(attempt.outputs) else Output()

    def _attempt(self, task: _Task) -> Attempt | None:
        """Find a task as it is known now: its files may have been moved."""
        entry = self._context.recorder.entry(task.job.fingerprint)
        known = entry.attempts if entry else ()
        return next((one for one in known if one.task_id == task.task_id), None)
