"""A batch at one moment, as whoever follows it looks at it: what has changed, its money, who is alive."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.workers.worker_settings import DEAD
from sora2batch.ground.job import Fingerprint

_ROWS = """
    select attempt.id, job.fingerprint, attempt.number, attempt.trial, attempt.state, attempt.task_id,
        attempt.line::jsonb #>> '{error,message}', attempt.media, attempt.media_error,
        attempt.state = 'submitted' and coalesce(attempt.poll_deadline <= now(), false)
    from attempt join job on job.id = attempt.job
    where attempt.batch = %(batch)s
"""
_ALL = f"{_ROWS} order by attempt.id"
_NEWS = f"""
    {_ROWS} and attempt.changed_at > %(since)s::timestamptz - interval '30 seconds'
    union
    {_ROWS} and attempt.state = 'submitted' and attempt.poll_deadline <= now()
        and attempt.poll_deadline > %(since)s::timestamptz - interval '30 seconds'
    union
    {_ROWS} and attempt.media = 'todo' and attempt.media_error is not null
    order by 1
"""
"""A row that was changed in a transaction that lasted shows later than its time says."""
_BATCH = """
    select clock_timestamp(), charged, in_doubt, budget, batch.stop_reason, batch.stop_message,
        account.stop_reason, account.stop_message, pause_reason,
        greatest(extract(epoch from paused_until - clock_timestamp()), 0)::double precision,
        (select array_agg(distinct lane) from worker, unnest(lanes) as lane
            where worker.account = account.name and ended_at is null
                and beat_at > clock_timestamp() - %(dead)s)
    from batch join account on account.name = batch.account where batch.id = %(batch)s
"""


class AttemptNow(NamedTuple):
    """An attempt as its row has it."""

    id: int
    fingerprint: Fingerprint
    number: int
    trial: int
    state: str
    """As in the table: that of a lockfile's attempt, or ``reserved`` or ``sending``."""
    task_id: str | None
    message: str | None
    """Of what went wrong."""
    media: str | None
    media_error: str | None
    """Why its files are not in the store, or were not the last time that somebody tried."""
    is_overdue: bool
    """Whether nobody waits any more for the end of its task."""


class Stopped(NamedTuple):
    """Why nothing more is submitted."""

    reason: str
    """The name of a ``StopReason``."""
    message: str


class BatchMoment(NamedTuple):
    """A batch at one moment."""

    at: datetime
    """By the database's clock."""
    attempts: tuple[AttemptNow, ...]
    """Those that have changed since, or all."""
    spent: int
    """What is charged or may have been."""
    budget: int
    stop: Stopped | None
    paused_seconds: float
    """For how long no calls are made still."""
    pause_reason: str
    lanes: frozenset[str]
    """Those for which a worker of its account is alive."""


async def look_at_batch(connection: AsyncConnection, batch: int, since: datetime | None) -> BatchMoment:
    """Look at a batch.

    Args:
        connection: with a transaction.
        batch: the row.
        since: only attempts that have changed since that moment; None for all.
    """
    given = {"batch": batch, "since": since, "dead": DEAD}
    row = await (await connection.execute(_BATCH, given)).fetchone()
    assert row is not None, "a batch is never deleted"
    at, charged, in_doubt, budget, reason, message, account_reason, account_message, why, seconds, lanes = row
    rows = await (await connection.execute(_NEWS if since else _ALL, given)).fetchall()
    found, told = (reason, message) if reason else (account_reason, account_message)
    return BatchMoment(
        at=at,
        attempts=tuple(AttemptNow(*one) for one in rows),
        spent=charged + in_doubt,
        budget=budget,
        stop=Stopped(found, told or "") if found else None,
        paused_seconds=seconds or 0.0,
        pause_reason=why or "the API takes no calls",
        lanes=frozenset(lanes or ()),
    )
