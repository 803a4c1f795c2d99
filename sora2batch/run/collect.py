"""Fetch the files of finished tasks: a bounded number at once, and never a paid task called failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.event import Downloaded, NotDownloaded, Warned
from sora2batch.run.poll import FinishedTask
from sora2batch.run.port import RunContext
from sora2batch.run.renewal import fetch_with_renewal, left_out_note
from sora2batch.sjinn.api_error import DownloadError

_WORKERS = 8


class Folder(Protocol):
    """Where results go."""

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str], /) -> tuple[Output, ...]:
        """Fetch every file of a task that is not in place yet.

        Raises:
            ExpiredUrlError: a URL no longer works.
            NoFileError: a URL gives something that is no file.
            DownloadError: a file cannot be had.
            OSError: the disk refused.
        """
        ...

    async def collect_stored(self, job: Job, attempt: Attempt, /) -> tuple[Output, ...] | None:
        """Bring every recorded file into place without the API; None where that cannot be.

        Raises:
            DownloadError: the disk refused.
            OSError: it refused as well.
        """
        ...

    def kept(self, job: Job, attempt: Attempt, /) -> tuple[Output, ...]:
        """What is in place of a task of which a file could not be had; that one is without path and hash."""
        ...


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing in the queue."""


class DownloadStage:
    """A fixed number of workers that fetch files from one queue."""

    def __init__(
        self,
        context: RunContext,
        folder: Folder,
        on_fetched: Callable[[Job, Attempt], None],
        on_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_fetched = on_fetched
        self._on_idle = on_idle
        self._under_way = 0
        self._context = context
        self._folder = folder
        self._queue: asyncio.Queue[FinishedTask | _End] = asyncio.Queue()
        self._fetches = CancelScope()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to fetch, and nothing is being fetched."""
        return self._under_way == 0

    def add(self, finished: FinishedTask) -> None:
        """Fetch the files of a task soon."""
        self._under_way += 1
        self._queue.put_nowait(finished)

    def close(self) -> None:
        """Say that no more tasks will come."""
        self._queue.put_nowait(_End())

    def stop(self) -> None:
        """End now; what is not fetched yet stays to be downloaded."""
        self._fetches.end()

    async def run(self) -> None:
        """Fetch until the queue has ended."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        while not isinstance(finished := await self._next(), _End):
            try:
                await self._collect(finished)
            except (Sora2BatchError, OSError) as error:
                self._context.stop_signal.request_stop(StopReason.DISK, str(error), error=disk_error(error))
            finally:
                self._under_way -= 1
            if self.is_idle:
                self._on_idle()
        self._queue.put_nowait(_End())

    async def _next(self) -> FinishedTask | _End:
        with self._fetches.wait():
            return await self._queue.get()

    async def _collect(self, finished: FinishedTask) -> None:
        try:
            with self._fetches.wait():
                attempt = await self._without_api(finished) or await self._by_api(finished)
        except DownloadError as error:
            await self._keep_error(finished, error)
            return
        if attempt != finished.attempt:
            await self._context.recorder.record(Entry.of(finished.job, attempt))
        paths = tuple(output.path for output in attempt.outputs if output.path)
        self._context.listener(Downloaded(job=finished.job, paths=paths))
        self._on_fetched(finished.job, attempt)

    async def _without_api(self, finished: FinishedTask) -> Attempt | None:
        """Take what was recorded before from the store."""
        if finished.is_fresh:
            return None
        outputs = await self._folder.collect_stored(finished.job, finished.attempt)
        return finished.attempt._replace(outputs=outputs) if outputs else None

    async def _by_api(self, finished: FinishedTask) -> Attempt:
        fetched = await fetch_with_renewal(self._context.api, self._folder, finished)
        error = self._left_out(finished, fetched.oddities)
        return finished.attempt._replace(outputs=fetched.outputs, error=error)

    def _left_out(self, finished: FinishedTask, oddities: tuple[str, ...]) -> ErrorNote | None:
        """Keep what could not be fetched beside what could."""
        note = left_out_note(oddities)
        if note:
            self._context.listener(Warned(message=f"{finished.job.key}: {note.message}"))
        return note

    async def _keep_error(self, finished: FinishedTask, error: DownloadError) -> None:
        self._context.listener(NotDownloaded(job=finished.job, message=error.message))
        kept = self._folder.kept(finished.job, finished.attempt)
        known, had = _count_files(finished.attempt.outputs), _count_files(kept)
        if known and had <= known:
            return
        error_note = ErrorNote(code=None, message=error.message)
        attempt = finished.attempt._replace(outputs=kept if had else (), error=error_note)
        await self._context.recorder.record(Entry.of(finished.job, attempt))


def _count_files(outputs: Sequence[Output]) -> int:
    return sum(output.sha256 is not None for output in outputs)


def disk_error(error: Sora2BatchError | OSError) -> Sora2BatchError:
    """Word what the disk refused."""
    if isinstance(error, Sora2BatchError):
        return error
    return Sora2BatchError(
        f"a result could not be written: {error.strerror or error}", hint="make room, then run again"
    )
