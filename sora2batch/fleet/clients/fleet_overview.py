"""A fleet at one moment: accounts and their lanes, workers, batches, and what is not as it should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.workers.worker_settings import DEAD

_ACCOUNTS = """
    select account.name, month_budget, coalesce(charged, 0), coalesce(reserved, 0), coalesce(in_doubt, 0),
        case when lane_until > clock_timestamp() then lane_worker end,
        greatest(extract(epoch from paused_until - clock_timestamp()), 0)::double precision, pause_reason,
        stop_reason, stop_message,
        extract(epoch from clock_timestamp() - failover_at)::double precision
    from account left join month_spending as spending on spending.account = account.name
        and spending.month = date_trunc('month', now() at time zone 'UTC')::date
    order by account.name
"""
_WORKERS = """
    select id, account, host, pid, lanes, version,
        extract(epoch from clock_timestamp() - beat_at)::double precision,
        beat_at > clock_timestamp() - %(dead)s
    from worker where ended_at is null and beat_at > clock_timestamp() - interval '1 day'
    order by account, id
"""
_BATCHES = """
    select batch.id, manifest, account, (
            select alias from repository_alias as known where known.repository = batch.repository
            order by array_position(array['name', 'origin', 'path', 'folder'], split_part(alias, ':', 1)),
                alias
            limit 1
        ), budget, charged, reserved, in_doubt, stop_reason, stop_message
    from batch where %(batches)s::bigint[] is null or id = any(%(batches)s)
    order by manifest, id
"""
_COUNTS = """
    select batch, case
            when state = 'submitted' and poll_deadline <= clock_timestamp() then 'timed_out'
            when state = 'submitted' then 'open'
            when state = 'completed' and media = 'todo' then 'to_fetch'
            when state = 'completed' and media = 'failed' then 'not_fetched'
            else state
        end, count(*)
    from attempt where batch = any(%s) and state <> 'withdrawn' group by 1, 2
"""
_DOUBTS = """
    select attempt.batch, job.key, coalesce(attempt.sent_at, attempt.changed_at),
        coalesce(attempt.line::jsonb #>> '{error,message}', 'the answer to its create call was lost')
    from attempt join job on job.id = attempt.job
    where attempt.batch = any(%s) and attempt.state = 'in_doubt' order by job.key, attempt.id
"""
_NOT_FETCHED = """
    select attempt.batch, job.key, coalesce(attempt.media_error, 'no reason given')
    from attempt join job on job.id = attempt.job
    where attempt.batch = any(%s) and attempt.media = 'failed' order by job.key, attempt.id
"""
_LATE = """
    select distinct on (attempt.batch) attempt.batch, job.key, attempt.media_error,
        count(*) over (partition by attempt.batch)
    from attempt join job on job.id = attempt.job
    where attempt.batch = any(%s) and attempt.media = 'todo' and attempt.media_error is not null
    order by attempt.batch, attempt.changed_at desc, attempt.id
"""
_STALLED = """
    select count(*) from procrastinate_jobs as stalled
    left join procrastinate_workers as worker on worker.id = stalled.worker_id
    where stalled.status = 'doing'
        and coalesce(worker.last_heartbeat, '-infinity') < now() - %(dead)s
"""
KINDS = (
    "reserved", "sending", "open", "timed_out", "to_fetch", "not_fetched", "in_doubt", "completed", "failed",
    "rejected",
)  # fmt: skip
"""What attempts are counted by: the states of the table, of which some are told apart."""


class AccountNow(NamedTuple):
    """An account, with its create lane and what it has spent in this month."""

    name: str
    month_budget: int | None
    charged: int
    reserved: int
    in_doubt: int
    lane_worker: int | None
    """Who may create tasks for it now."""
    paused_seconds: float | None
    pause_reason: str | None
    stop_reason: str | None
    stop_message: str | None
    failover_seconds: float | None
    """Since it was seen that the database is another one; None where that is over, or was never so."""


class WorkerNow(NamedTuple):
    """A worker that has not said goodbye."""

    id: int
    account: str
    host: str
    pid: int
    lanes: list[str]
    version: str
    beat_seconds: float
    """Since its last sign of life."""
    is_alive: bool


class DoubtNow(NamedTuple):
    """A call of which nobody knows what came of it."""

    key: str
    since: datetime
    message: str


class LateFiles(NamedTuple):
    """Files that could not be fetched, or put into the store, so far; workers try again."""

    key: str
    """One of the jobs whose files they are."""
    message: str
    jobs: int
    """How many those are."""


class BatchNow(NamedTuple):
    """A batch, with its money and its attempts."""

    id: int
    manifest: str
    account: str
    repository: str
    """One of its aliases."""
    budget: int
    charged: int
    reserved: int
    in_doubt: int
    stop_reason: str | None
    stop_message: str | None
    counts: dict[str, int]
    """By kind; every kind is a key."""
    doubts: tuple[DoubtNow, ...]
    not_fetched: tuple[tuple[str, str], ...]
    """Keys of jobs whose files cannot be fetched, with the reasons."""
    late: LateFiles | None


class FleetOverview(NamedTuple):
    """A fleet at one moment."""

    accounts: tuple[AccountNow, ...]
    workers: tuple[WorkerNow, ...]
    batches: tuple[BatchNow, ...]
    stalled: int
    """Jobs of the engine that nobody does, although the database says so; a worker puts them right."""

    @property
    def counts(self) -> dict[str, int]:
        """All attempts of all batches, by kind."""
        return {kind: sum(one.counts[kind] for one in self.batches) for kind in KINDS}


async def look_at_fleet(connection: AsyncConnection, batches: Collection[int] | None = None) -> FleetOverview:
    """Look at a fleet.

    Args:
        connection: with a transaction.
        batches: only these rows; None for all.
    """
    accounts = await (await connection.execute(_ACCOUNTS)).fetchall()
    workers = await (await connection.execute(_WORKERS, {"dead": DEAD})).fetchall()
    given = {"batches": None if batches is None else list(batches)}
    rows = await (await connection.execute(_BATCHES, given)).fetchall()
    ids = [row[0] for row in rows]
    counts: defaultdict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    for batch, kind, count in await (await connection.execute(_COUNTS, [ids])).fetchall():
        counts[batch][kind] += count
    doubts: defaultdict[int, list[DoubtNow]] = defaultdict(list)
    for batch, *doubt in await (await connection.execute(_DOUBTS, [ids])).fetchall():
        doubts[batch].append(DoubtNow(*doubt))
    lost: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for batch, key, message in await (await connection.execute(_NOT_FETCHED, [ids])).fetchall():
        lost[batch].append((key, message))
    late = {
        batch: LateFiles(*found)
        for batch, *found in await (await connection.execute(_LATE, [ids])).fetchall()
    }
    stalled = await (await connection.execute(_STALLED, {"dead": DEAD})).fetchone()
    assert stalled is not None
    return FleetOverview(
        accounts=tuple(AccountNow(*row) for row in accounts),
        workers=tuple(WorkerNow(*row) for row in workers),
        batches=tuple(
            BatchNow._make(
                (*row, counts[row[0]], tuple(doubts[row[0]]), tuple(lost[row[0]]), late.get(row[0]))
            )
            for row in rows
        ),
        stalled=stalled[0],
    )
