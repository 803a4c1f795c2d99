"""Rows put right by what the ledger, or a person, says: a doubt that ends, a task that cost more."""

from __future__ import annotations

from psycopg import AsyncConnection

from sora2batch.fleet.tables.attempt_row import entry_of, line_of
from sora2batch.fleet.tables.batch_row import BatchRow
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, Entry

_SETTLE = """
    update attempt set state = %(state)s, line = %(line)s, credits = %(credits)s, task_id = %(task_id)s,
        poll_due = clock_timestamp(), poll_deadline = clock_timestamp() + %(timeout)s * interval '1 second',
        charge_checked = false, changed_at = clock_timestamp()
    from job
    where job.id = attempt.job and attempt.batch = %(batch)s and job.fingerprint = %(fingerprint)s
        and attempt.number = %(number)s and attempt.trial = %(trial)s and attempt.state = 'in_doubt'
    returning attempt.id
"""
_TASK = """
    select id, line from attempt where batch = %s and task_id = %s order by id limit 1 for update
"""
_CHARGE = """
    update attempt set credits = %s, line = %s, charge_checked = true, changed_at = clock_timestamp()
    where id = %s
"""


async def settle_doubt(
    connection: AsyncConnection, batch: BatchRow, doubted: Entry, outcome: Attempt
) -> None:
    """Write how a doubt ended: a task that is polled from now on, or nothing, and its money is free.

    Raises:
        UsageError: it is no doubt any more.
    """
    given = {
        "batch": batch.id,
        "fingerprint": doubted.fingerprint,
        "number": doubted.primary.number,
        "trial": doubted.primary.trial,
        "state": str(outcome.state),
        "line": line_of(doubted, outcome),
        "credits": outcome.credits if outcome.task_id else doubted.primary.credits,
        "task_id": outcome.task_id,
        "timeout": batch.run_options.timeout,
    }
    if await (await connection.execute(_SETTLE, given)).fetchone() is None:
        raise UsageError(f"{doubted.key} is not in doubt any more: somebody else has settled it")


async def charge_more(connection: AsyncConnection, batch: int, task_id: str, charged: Credits) -> None:
    """Write what a task really cost; the sums of its batch follow."""
    row = await (await connection.execute(_TASK, (batch, task_id))).fetchone()
    if row is None:
        return
    entry = entry_of(row[1])
    attempt = entry.primary._replace(credits=charged)
    await connection.execute(_CHARGE, (charged, line_of(entry, attempt), row[0]))
