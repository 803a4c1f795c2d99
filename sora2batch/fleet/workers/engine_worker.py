"""Jobs of one queue are done, a bounded number at once, whatever becomes of the connection to the database.

procrastinate's worker ends when the database goes away. Then it is begun anew; a job that was under way
meanwhile may come again, to this worker or another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.worker import Worker
from psycopg import OperationalError

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.workers.stuck_jobs import give_back, own_orphans
from sora2batch.fleet.workers.worker_settings import WorkerSettings

logging.getLogger("procrastinate").addHandler(logging.NullHandler())
logging.getLogger("procrastinate").propagate = False

_TRIES_TO_TELL = 3
"""In a row; a database that is away is told by others."""
_CALM_SECONDS = 60.0
"""After which a worker that ended counts as one that worked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What is done with the jobs of one queue."""

    task: str
    queue: str
    work: Callable[[Mapping[str, Any], int], Awaitable[None]]
    """Called with a job's arguments, and the how manieth time it is."""
    jobs: int
    """How many at once."""
    grace_seconds: float
    """How long the end waits for jobs under way."""
    is_repeated: bool
    """Whether a job that raises comes again later."""


class EngineWorker:
    """Does the jobs of one queue until it is stopped."""

    def __init__(self, database: Database, duty: Duty, settings: WorkerSettings) -> None:
        self._database = database
        self._duty = duty
        self._settings = settings
        self._worker: Worker | None = None
        self._running: dict[int, asyncio.Task[Any]] = {}
        self._suspects: frozenset[int] = frozenset()
        self._is_over = asyncio.Event()
        self.trouble: str | None = None
        """Why it has ended again and again, for who tells it."""
        self.clock_lead = timedelta()
        """How far the database's clock is ahead of ours."""

    async def run(self) -> None:
        """Work until ``stop``; a database that is away is waited for."""
        tries = 0
        while not self._is_over.is_set():
            begun = asyncio.get_running_loop().time()
            is_calm = False
            try:
                self._worker = await self._make()
                if not self._is_over.is_set():
                    await self._worker.run()  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001  # the engine has many words for a database that is away
                is_calm = asyncio.get_running_loop().time() - begun > _CALM_SECONDS
                if tries == _TRIES_TO_TELL and not isinstance(error.__cause__, OperationalError):
                    self.trouble = f"{type(error).__name__}: {error.__cause__ or error}"
            tries = 1 if is_calm else tries + 1
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.reconnect_seconds(tries)):
                    await self._is_over.wait()

    def stop(self) -> None:
        """Take no more jobs; those under way have their grace."""
        self._is_over.set()
        if self._worker:
            self._worker.stop()  # type: ignore[no-untyped-call]

    async def abandon(self) -> None:
        """End the jobs under way now: those that would end in peace are told twice."""
        for _ in range(2):
            for task in self._running.values():
                task.cancel()
            await asyncio.sleep(0)

    async def reclaim(self) -> int:
        """Give back what the database takes for ours and nobody does, as it was the last time; tell how many.

        That is left of a job whose end could not be written down.
        """
        worker = self._worker.worker_id if self._worker else None
        async with self._database.transaction() as connection:
            found = await own_orphans(connection, worker, self._running)
            lost, self._suspects = found & self._suspects, found
            await give_back(connection, lost)
        return len(lost)

    async def _make(self) -> Worker:
        app = App(connector=PsycopgConnector())
        await app.connector.open_async(self._database.pool)
        duty, settings = self._duty, self._settings
        retry = _LaterAgain(self, settings) if duty.is_repeated else False
        app.task(name=duty.task, queue=duty.queue, retry=retry, pass_context=True)(self._do)
        return Worker(
            app,
            queues=[duty.queue],
            name=None,
            concurrency=duty.jobs,
            fetch_job_polling_interval=settings.engine_seconds,
            abort_job_polling_interval=settings.dead_seconds,  # nobody asks for that
            shutdown_graceful_timeout=duty.grace_seconds,
            delete_jobs=DeleteJobCondition.ALWAYS,  # our own rows say what came of it
            install_signal_handlers=False,
            update_heartbeat_interval=settings.beat_seconds,
            stalled_worker_timeout=settings.dead_seconds,
        )

    async def _do(self, context: JobContext, /, **given: Any) -> None:  # noqa: ANN401  # as they stand in the queue
        job, task = context.job, asyncio.current_task()
        assert job.id is not None
        assert task is not None
        self._running[job.id] = task
        task.add_done_callback(_take_note)
        try:
            await self._duty.work(given, job.attempts + 1)
        finally:
            del self._running[job.id]


def _take_note(task: asyncio.Task[Any]) -> None:
    """Look at what a job's task came to, or asyncio prints it: its end may have no place to be written.

    While this process slept others have done the job, or the database is away; see ``EngineWorker.reclaim``.
    """
    if not task.cancelled():
        task.exception()


class _LaterAgain(BaseRetryStrategy):
    """A job that raised comes again, later each time; one that was cut off comes again at once."""

    def __init__(self, worker: EngineWorker, settings: WorkerSettings) -> None:
        self._worker = worker
        self._settings = settings

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Choose when."""
        is_cut_off = isinstance(exception, asyncio.CancelledError)
        seconds = 0.0 if is_cut_off else self._settings.retry_seconds(job.attempts + 1)
        now = datetime.now(UTC) + self._worker.clock_lead
        return RetryDecision(retry_at=now + timedelta(seconds=seconds))
