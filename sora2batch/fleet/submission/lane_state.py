"""What the create lane of an account reads and writes at each look."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.attempt_row import Reservation, known_from
from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow
from sora2batch.fleet.tables.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Entry
from sora2batch.run.create_lane import Price

_BATCHES = f"""
    select {BATCH_COLUMNS},
        case when batch.id = any(%(running)s) then 0 -- they count for themselves
            else (select count(*) from attempt where attempt.batch = batch.id and state = 'submitted') end,
        exists (select from attempt where attempt.batch = batch.id and state = 'reserved'),
        account.stop_reason is not null
    from batch join account on account.name = batch.account
    where batch.account = %(account)s and (
        batch.id = any(%(running)s)
        or batch.stop_reason is null and account.stop_reason is null
            and exists (select from attempt where attempt.batch = batch.id and state = 'reserved')
    )
    order by batch.id
"""
_RESERVED = f"""
    select {JOB_COLUMNS}, attempt.id, attempt.credits, (
        select array_agg(other.line order by other.id) from attempt as other
        where other.job = job.id and other.line is not null
    )
    from attempt join job on job.id = attempt.job
    where attempt.batch = %(batch)s and attempt.state = 'reserved' and not attempt.id = any(%(held)s)
    order by attempt.position, attempt.id limit %(limit)s
"""
_PRICES = "select tool_type, credits from proven_price where account = %s"
_PROVE = "insert into proven_price (account, tool_type, credits) values (%s, %s, %s) on conflict do nothing"
_PAUSE = """
    update account set pause_reason = %(reason)s,
        paused_until = greatest(paused_until, clock_timestamp() + %(seconds)s * interval '1 second')
    where name = %(account)s
"""
_PAUSE_LEFT = """
    select extract(epoch from paused_until - clock_timestamp())::float8 from account
    where name = %s and paused_until > clock_timestamp()
"""


class BatchWork(NamedTuple):
    """A batch that has something to submit, or has had."""

    batch: BatchRow
    open_tasks: int
    has_reserved: bool
    is_stopped: bool
    """Whether nothing more is to be sent, of it or for the account."""


class ReservedJob(NamedTuple):
    """A job whose turn has come."""

    row: JobRow
    reservation: Reservation
    known: Entry | None
    """What earlier attempts came to."""


async def read_work(connection: AsyncConnection, account: str, running: Collection[int]) -> list[BatchWork]:
    """Read which batches have reservations, and those that are worked on already."""
    given = {"account": account, "running": list(running)}
    width = len(BatchRow._fields)
    found = []
    for row in await (await connection.execute(_BATCHES, given)).fetchall():
        batch, (open_tasks, has_reserved, is_account_stopped) = BatchRow(*row[:width]), row[width:]
        is_stopped = is_account_stopped or batch.stop_reason is not None
        found.append(BatchWork(batch, open_tasks, has_reserved, is_stopped))
    return found


async def read_reserved(
    connection: AsyncConnection, batch: int, held: Collection[int], limit: int
) -> list[ReservedJob]:
    """Read the next reservations in the order of submission, but for those that are held already.

    A job is submitted at the price that was reserved, whatever others who want it say it costs now.
    """
    given = {"batch": batch, "held": list(held), "limit": limit}
    width, found = len(JobRow._fields), []
    for row in await (await connection.execute(_RESERVED, given)).fetchall():
        job, (attempt, credits, lines) = JobRow(*row[:width]), row[width:]
        reservation = Reservation(attempt, job.id)
        found.append(ReservedJob(job._replace(credits=credits), reservation, known_from(lines or ())))
    return found


async def read_prices(connection: AsyncConnection, account: str) -> list[Price]:
    """Read which prices the account's ledger has proven."""
    rows = await (await connection.execute(_PRICES, (account,))).fetchall()
    return [(tool_type, Credits(price)) for tool_type, price in rows]


async def write_prices(connection: AsyncConnection, account: str, prices: Sequence[Price]) -> None:
    """Write which prices were proven."""
    for tool_type, price in prices:
        await connection.execute(_PROVE, (account, tool_type, price))


async def write_pause(connection: AsyncConnection, account: str, seconds: float, reason: str) -> None:
    """Have everybody wait who creates tasks for the account."""
    await connection.execute(_PAUSE, {"account": account, "seconds": seconds, "reason": reason})


async def read_pause(connection: AsyncConnection, account: str) -> float:
    """Tell for how many seconds the account's pause lasts; 0 for none."""
    row = await (await connection.execute(_PAUSE_LEFT, (account,))).fetchone()
    return float(row[0]) if row else 0.0
