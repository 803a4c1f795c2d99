"""Rows that say ``sending`` though nobody makes the call: their worker does not now, or is dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.job import Job

_NOT_SENT = """
    update attempt set state = 'reserved', line = null, worker = null, sent_at = null,
        changed_at = clock_timestamp()
    where id = any(%s) and state = 'sending' and worker = %s
"""
_DOUBT = """
    update attempt set state = 'in_doubt', changed_at = clock_timestamp()
    where state = 'sending' and worker = %s
"""
_LEFT_OVER = f"""
    with left_over as (
        select attempt.id from attempt left join worker on worker.id = attempt.worker
        where attempt.state = 'sending' and coalesce(attempt.batch = %(batch)s, true)
            and greatest(worker.beat_at, attempt.sent_at, '-infinity') < clock_timestamp() - %(dead)s
        for update of attempt skip locked
    ), doubted as (
        update attempt set state = 'in_doubt', changed_at = clock_timestamp()
        from left_over where attempt.id = left_over.id returning attempt.batch, attempt.job
    )
    select batch.manifest, {JOB_COLUMNS} from doubted
    join batch on batch.id = doubted.batch join job on job.id = doubted.job
"""  # nothing comes in but names of columns


class LeftOver(NamedTuple):
    """A call that a dead worker has left."""

    manifest: str
    job: Job


async def doubt_left_over(
    connection: AsyncConnection, dead: timedelta, *, batch: int | None = None
) -> list[LeftOver]:
    """Make doubts of calls whose workers have given no sign of life for so long: of one batch, or of all."""
    rows = await (await connection.execute(_LEFT_OVER, {"dead": dead, "batch": batch})).fetchall()
    return [LeftOver(manifest, JobRow(*columns).job) for manifest, *columns in rows]


async def tidy(connection: AsyncConnection, worker: int, unsure: Collection[int]) -> None:
    """Reserve again what surely was not sent, and make doubts of the rest that was.

    Only while the worker makes no call.

    Args:
        connection: within its transaction.
        worker: whose rows.
        unsure: those that it did not send, as their fence was not answered.
    """
    await connection.execute(_NOT_SENT, (list(unsure), worker))
    await connection.execute(_DOUBT, (worker,))
