"""Reservations taken back before anybody sends them; their money is free then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.job import Credits, Job

_RESERVED = f"""
    select {JOB_COLUMNS} from attempt join job on job.id = attempt.job
    where attempt.batch = %s and attempt.state = 'reserved' order by attempt.position, attempt.id
"""
_WITHDRAW = """
    update attempt set state = 'withdrawn', changed_at = clock_timestamp()
    from job
    where job.id = attempt.job and attempt.batch = %s and attempt.state = 'reserved'
        and job.fingerprint = any(%s)
    returning attempt.credits
"""
_GOING_ON = """
    select count(*) from attempt where batch = %s and state in ('sending', 'submitted')
"""


class Cancelled(NamedTuple):
    """What was taken back, and what goes on."""

    jobs: int
    credits: Credits
    going_on: int
    """How many tasks are sent or open: they are paid, or may be, and are seen to their end."""


async def reserved_jobs(connection: AsyncConnection, batch: int) -> list[Job]:
    """Find the jobs of a batch that are reserved and that nobody has sent, in their order."""
    rows = await (await connection.execute(_RESERVED, [batch])).fetchall()
    return [JobRow(*row).job for row in rows]


async def cancel(connection: AsyncConnection, batch: int, jobs: Sequence[Job]) -> Cancelled:
    """Take reservations back, but for those that somebody has begun to send meanwhile."""
    fingerprints = [one.fingerprint for one in jobs]
    rows = await (await connection.execute(_WITHDRAW, [batch, fingerprints])).fetchall()
    going_on = await (await connection.execute(_GOING_ON, [batch])).fetchone()
    assert going_on is not None
    return Cancelled(len(rows), Credits(sum(credits for (credits,) in rows)), going_on[0])
