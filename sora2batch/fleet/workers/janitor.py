"""What dead workers have left is put right by those who live; one looks at a time, by the database's clock.

A call that a dead worker was about to make, or made, is in doubt: nobody makes it again. Jobs of the engine
come again, as each may be repeated. Rows of the engine's workers that others have removed make no difference.

Source: https://github.com/procrastinate-org/procrastinate/issues/1518
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.database.engine import FETCH, SUBMIT, Call, enqueue
from sora2batch.fleet.database.fleet_error import PassingError
from sora2batch.fleet.tables.sent_rows import doubt_left_over
from sora2batch.fleet.workers.stuck_jobs import give_back_stuck_jobs
from sora2batch.fleet.workers.worker_context import WHOLE_WORKER, WorkerContext
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import counted
from sora2batch.run.event import Event, InDoubt, Warned

_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('sora2batch janitor', 0))"
_NO_SUBMIT = """
    select account.name from account
    where stop_reason is null
        and (lane_until < now() or not exists (
            select from worker where worker.id = account.lane_worker and worker.ended_at is null
        ))
        and exists (
            select from batch
            where batch.account = account.name and batch.stop_reason is null
                and exists (select from attempt where attempt.batch = batch.id and attempt.state = 'reserved')
        )
        and not exists (
            select from procrastinate_jobs
            where queueing_lock = %(task)s || ':' || account.name and status = 'todo'
        )
        and not exists (
            select from procrastinate_jobs
            where lock = %(task)s || ':' || account.name and status = 'doing'
        )
"""
_NO_FETCH = """
    select attempt.account, attempt.id from attempt join batch on batch.id = attempt.batch
    where attempt.media = 'todo' and attempt.state = 'completed' and batch.store_url is not null
        and not exists (
            select from procrastinate_jobs
            where queueing_lock = %(task)s || ':' || attempt.id and status = 'todo'
        )
        and attempt.id not in (
            select (args->>'attempt')::bigint from procrastinate_jobs
            where status = 'doing' and task_name = %(task)s
        )
    limit %(most)s
"""
_NOT_DUE = """
    update attempt set poll_due = now(), poll_deadline = coalesce(
        poll_deadline, now() + coalesce((batch.options->>'timeout')::float8, 1800) * interval '1 second')
    from batch
    where batch.id = attempt.batch and attempt.state = 'submitted' and attempt.poll_due is null
"""
_MOST_AT_ONCE = 1000


class Finding(NamedTuple):
    """Something that was put right."""

    manifest: str
    told: Event


class Janitor:
    """Looks again and again; in every worker there is one."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context
        self._is_over = asyncio.Event()
        self._told: str | None = None

    async def run(self) -> None:
        """Look until ``stop``."""
        while not self._is_over.is_set():
            await self._try_to_look()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._context.settings.janitor_seconds):
                    await self._is_over.wait()

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()

    async def _try_to_look(self) -> None:
        """Look; what keeps it from that is told once. Of a database that is away the beat tells."""
        try:
            await self.look()
        except PassingError:
            return
        except Sora2BatchError as error:
            if error.message != self._told:
                self._told = error.message
                message = f"what dead workers have left cannot be put right: {error.message}"
                self._context.listener(WHOLE_WORKER, Warned(message=message))

    async def look(self) -> None:
        """Put right what there is, unless somebody else is at it."""
        async with self._context.database.transaction() as connection:
            row = await (await connection.execute(_LOCK)).fetchone()
            found = await self._put_right(connection) if row and row[0] else []
        for one in found:
            self._context.listener(one.manifest, one.told)

    async def _put_right(self, connection: AsyncConnection[Any]) -> list[Finding]:
        dead = timedelta(seconds=self._context.settings.dead_seconds)
        found = await self._doubt(connection, dead)
        if stuck := await give_back_stuck_jobs(connection, dead):
            found.append(_warned(f"{counted(stuck, 'job')} of workers that are gone: in the queue again"))
        await connection.execute(_NOT_DUE)
        return found + await self._defer(connection)

    async def _doubt(self, connection: AsyncConnection[Any], dead: timedelta) -> list[Finding]:
        message = "its worker died during the call"
        left_over = await doubt_left_over(connection, dead)
        return [Finding(one.manifest, InDoubt(job=one.job, message=message)) for one in left_over]

    async def _defer(self, connection: AsyncConnection[Any]) -> list[Finding]:
        """Have what is to be done stand in the queue."""
        found: list[Finding] = []
        accounts = await (await connection.execute(_NO_SUBMIT, {"task": SUBMIT})).fetchall()
        calls = [Call(task=SUBMIT, account=account) for (account,) in accounts]
        if calls:
            found.append(_warned("jobs are reserved and nobody was to submit them: in the queue again"))
        given = {"task": FETCH, "most": _MOST_AT_ONCE}
        files = await (await connection.execute(_NO_FETCH, given)).fetchall()
        if files:
            told = counted(len(files), "finished task")
            found.append(_warned(f"{told} whose files nobody was to fetch: in the queue again"))
        calls += [Call(task=FETCH, account=account, attempt=attempt) for account, attempt in files]
        await enqueue(connection, calls)
        return found


def _warned(message: str) -> Finding:
    return Finding(WHOLE_WORKER, Warned(message=message))
