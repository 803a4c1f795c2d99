"""Jobs of the engine that the database takes for being done, and nobody does: they go back to the queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection

_STUCK = """
    select job.id from procrastinate_jobs as job
    left join procrastinate_workers as worker on worker.id = job.worker_id
    where job.status = 'doing' and coalesce(worker.last_heartbeat, '-infinity') < now() - %s
"""
_PRUNE = "delete from procrastinate_workers where last_heartbeat < now() - 10 * %s"
_OWN_ORPHANS = """
    select id from procrastinate_jobs
    where status = 'doing' and worker_id = %(worker)s and id <> all (%(running)s::bigint[])
"""
_GIVE_BACK = """
    with stuck as (
        select id, queueing_lock from procrastinate_jobs
        where id = any (%(ids)s) and status = 'doing' for update skip locked
    ), kept as (
        select distinct on (coalesce(queueing_lock, id::text)) id from stuck
        where not exists (
            select from procrastinate_jobs as other
            where other.queueing_lock = stuck.queueing_lock and other.status = 'todo'
        )
        order by coalesce(queueing_lock, id::text), id
    ), doubles as (
        delete from procrastinate_jobs where id in (select id from stuck) and id not in (select id from kept)
    )
    update procrastinate_jobs
    set status = 'todo', worker_id = null, attempts = attempts + 1, abort_requested = false,
        scheduled_at = now()
    where id in (select id from kept)
"""
"""Whatever waits in the queue already, or is there twice, is dropped instead."""


async def give_back_stuck_jobs(connection: AsyncConnection[Any], dead: timedelta) -> int:
    """Give back what workers had under way that give no sign of life; tell how many jobs."""
    rows = await (await connection.execute(_STUCK, (dead,))).fetchall()
    await give_back(connection, [row[0] for row in rows])
    await connection.execute(_PRUNE, (dead,))
    return len(rows)


async def own_orphans(
    connection: AsyncConnection[Any], worker: int | None, running: Collection[int]
) -> frozenset[int]:
    """Find what a living worker is said to have under way, and has not."""
    rows = await connection.execute(_OWN_ORPHANS, {"worker": worker, "running": list(running)})
    return frozenset(row[0] for row in await rows.fetchall())


async def give_back(connection: AsyncConnection[Any], jobs: Collection[int]) -> None:
    """Put jobs in the queue again."""
    if jobs:
        await connection.execute(_GIVE_BACK, {"ids": list(jobs)})
