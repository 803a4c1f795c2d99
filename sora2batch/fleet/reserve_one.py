"""One job reserved: what ``run --fleet`` does for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection

from sora2batch.fleet.attempt_row import Reservation, known_from
from sora2batch.fleet.batch_row import BatchRow
from sora2batch.fleet.job_row import input_text
from sora2batch.ground.job import Job
from sora2batch.run.entries import ApiIdentity, next_intent

_JOB = """
    insert into job (batch, fingerprint, key, tool_type, take, input, needs, credits, filename)
    values (%(batch)s, %(fingerprint)s, %(key)s, %(tool_type)s, %(take)s, %(input)s, %(needs)s, %(credits)s,
        %(filename)s)
    on conflict (batch, fingerprint) do update set key = excluded.key returning id
"""
_LIVE = """
    select exists (
        select from attempt
        where job = %s and state in ('reserved', 'sending', 'in_doubt', 'submitted', 'completed')
    )
"""
_LINES = "select line from attempt where job = %s and line is not null order by id"
_ROOM = """
    with room as (
        update batch set reserved = reserved + %(credits)s
        where id = %(batch)s and charged + reserved + in_doubt + %(credits)s <= budget
        returning account
    ), month as (
        insert into month_spending as spending (account, month, reserved)
        select account, date_trunc('month', now() at time zone 'UTC')::date, %(credits)s from room
        on conflict (account, month) do update set reserved = spending.reserved + excluded.reserved
        returning account, charged + reserved + in_doubt as spent
    )
    select month.spent <= coalesce(account.month_budget, month.spent)
    from month join account on account.name = month.account
"""
_ATTEMPT = """
    insert into attempt (job, batch, account, number, trial, state, credits)
    values (%(job)s, %(batch)s, %(account)s, %(number)s, %(trial)s, 'reserved', %(credits)s) returning id
"""


class _NoRoomError(Exception):
    """Rolls back what was set aside."""


async def reserve_one(connection: AsyncConnection, batch: BatchRow, job: Job) -> Reservation | None:
    """Reserve a job that nobody has; None if there is no room, or if it is taken.

    In the connection's transaction; nothing is put in the engine's queue.
    """
    try:
        async with connection.transaction():
            return await _reserve(connection, batch, job)
    except _NoRoomError:
        return None


async def _reserve(connection: AsyncConnection, batch: BatchRow, job: Job) -> Reservation:
    given = {
        "batch": batch.id,
        "account": batch.account,
        "fingerprint": job.fingerprint,
        "key": job.key,
        "tool_type": job.tool_type,
        "take": job.take,
        "input": input_text(job),
        "needs": list(job.needs),
        "credits": job.credits,
        "filename": job.filename,
    }
    job_id = await _one(connection, _JOB, given)  # which is locked from here on: nobody else reserves it
    if await _one(connection, _LIVE, (job_id,)) or not await _one(connection, _ROOM, given):
        raise _NoRoomError
    rows = await (await connection.execute(_LINES, (job_id,))).fetchall()
    intent = next_intent(job, known_from(line for (line,) in rows), ApiIdentity(), moment="")
    numbers = {"job": job_id, "number": intent.number, "trial": intent.trial}
    return Reservation(attempt=await _one(connection, _ATTEMPT, given | numbers), job=job_id)


async def _one(connection: AsyncConnection, query: str, given: Sequence[Any] | Mapping[str, Any]) -> int:
    """Ask for one value; 0 where there is no row."""
    row = await (await connection.execute(query, given)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
