"""Fetch the files of finished tasks: a bounded number at once, and never a paid task called failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol, assert_never

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output
from sora2batch.run.cancel_scope import CancelScope
from sora2batch.run.event import Downloaded, NotDownloaded, Warned
from sora2batch.run.folder import ExpiredUrlError
from sora2batch.run.poll import FinishedTask
from sora2batch.run.port import RunContext
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.api_error import DownloadError, NoFileError

_WORKERS = 8
_RENEWALS_OF_EXPIRED = 2
_RENEWALS_OF_NO_FILE = 1


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """The files of a task, and what was named besides."""

    outputs: tuple[Output, ...]
    oddities: tuple[str, ...]


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
        fetched = await self._with_renewal(finished)
        error = self._left_out(finished, fetched.oddities)
        return finished.attempt._replace(outputs=fetched.outputs, error=error)

    async def _with_renewal(self, finished: FinishedTask) -> _Fetched:
        """Ask the task's status for fresh URLs where there is none yet or one no longer gives a file."""
        named = api.Finished(finished.urls, finished.oddities)
        if not finished.is_fresh:
            named = await self._fresh(finished)
        for renewals in count():
            if not named.urls:
                raise DownloadError(_nothing_named(named.oddities))
            try:
                outputs = await self._folder.collect(finished.job, finished.attempt, named.urls)
                return _Fetched(outputs=outputs, oddities=named.oddities)
            except ExpiredUrlError:
                if renewals >= _RENEWALS_OF_EXPIRED:
                    raise
            except NoFileError:
                if renewals >= _RENEWALS_OF_NO_FILE:
                    raise
            named = await self._fresh(finished)
        raise AssertionError("counting never ends")

    async def _fresh(self, finished: FinishedTask) -> api.Finished:
        """What the API names now; what it named before, if it cannot be asked or no longer knows.

        Raises:
            DownloadError: it cannot be asked, and named nothing before.
        """
        answer = await self._context.api.status(finished.attempt.task_id or "")
        match answer:
            case api.Finished(urls) if urls or not finished.urls:
                return answer
            case api.Unreadable(reason) if not finished.urls:
                raise DownloadError(f"its URL could not be asked for: {reason}")
            case api.Finished() | api.Unreadable() | api.Working() | api.Failed() | api.KeyRefused():
                return api.Finished(finished.urls, finished.oddities)
            case _:
                assert_never(answer)

    def _left_out(self, finished: FinishedTask, oddities: tuple[str, ...]) -> ErrorNote | None:
        """Keep what could not be fetched beside what could."""
        if not oddities:
            return None
        message = f"not fetched, though the API named it: {'; '.join(oddities)}"
        self._context.listener(Warned(message=f"{finished.job.key}: {message}"))
        return ErrorNote(code=None, message=message)

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


def _nothing_named(oddities: tuple[str, ...]) -> str:
    if not oddities:
        return "the task is done, but the API named no file"
    return f"the task is done, but what the API named cannot be fetched: {'; '.join(oddities)}"


def disk_error(error: Sora2BatchError | OSError) -> Sora2BatchError:
    """Word what the disk refused."""
    if isinstance(error, Sora2BatchError):
        return error
    return Sora2BatchError(
        f"a result could not be written: {error.strerror or error}", hint="make room, then run again"
    )
