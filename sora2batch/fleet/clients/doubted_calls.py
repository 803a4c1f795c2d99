"""Calls in doubt of one batch, and what explains charges of its account: read for whoever settles doubts."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.attempt_row import entry_of
from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow
from sora2batch.fleet.tables.sent_rows import doubt_left_over
from sora2batch.fleet.workers.worker_settings import DEAD
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.job_table import JobTable

_FURTHEST_BACK = timedelta(days=31)
"""As far as a task of ours is looked for in the ledger, and a little."""
_BATCH = f"select {BATCH_COLUMNS} from batch where id = %s"
_CALLS = """
    select job.fingerprint, attempt.number, attempt.trial,
        extract(epoch from clock_timestamp() - attempt.sent_at)::double precision,
        attempt.line::jsonb ? 'finished_at', worker.host, worker.pid,
        coalesce(worker.ended_at is null and worker.beat_at > clock_timestamp() - %(dead)s, false)
    from attempt join job on job.id = attempt.job left join worker on worker.id = attempt.worker
    where attempt.batch = %(batch)s and attempt.state = 'in_doubt'
"""
_LINES = """
    select batch.id, batch.manifest, attempt.line from attempt join batch on batch.id = attempt.batch
    where attempt.account = %(account)s and attempt.line is not null
        and attempt.state not in ('reserved', 'sending')
        and (attempt.batch = %(batch)s or attempt.changed_at > clock_timestamp() - %(back)s)
    order by attempt.id
"""


class DoubtedCall(NamedTuple):
    """A create call whose outcome nobody knows, as its row has it."""

    fingerprint: Fingerprint
    number: int
    trial: int
    seconds: float | None
    """How long ago it was about to be made, by the database's clock; None where no worker made it."""
    has_ended: bool
    """Whether it is known that it is not under way any more."""
    host: str | None
    pid: int | None
    is_worker_alive: bool


class DoubtedBatch(NamedTuple):
    """What there is to settle, and what is known besides."""

    row: BatchRow
    calls: tuple[DoubtedCall, ...]
    own: Lockfile
    """Everything that is known of this batch."""
    others: tuple[Lockfile, ...]
    """What is known of the other batches of its account, as far back as it may matter."""


async def read_doubted_batch(connection: AsyncConnection, batch: int) -> DoubtedBatch:
    """Read a batch; calls that dead workers have left are in doubt then.

    Raises:
        FleetError: a line is not what a journal would have.
    """
    given = {"batch": batch, "dead": DEAD, "back": _FURTHEST_BACK}
    found = await (await connection.execute(_BATCH, (batch,))).fetchone()
    assert found is not None, "a batch is never deleted"
    row = BatchRow(*found)
    await doubt_left_over(connection, DEAD, batch=batch)
    calls = await (await connection.execute(_CALLS, given)).fetchall()
    tables: dict[int, tuple[str, JobTable]] = {batch: (row.manifest, JobTable())}
    lines = await connection.execute(_LINES, given | {"account": row.account})
    for number, manifest, line in await lines.fetchall():
        tables.setdefault(number, (manifest, JobTable()))[1].absorb(entry_of(line))
    lockfiles = {number: table.lockfile(manifest) for number, (manifest, table) in tables.items()}
    own = lockfiles.pop(batch)
    return DoubtedBatch(row, tuple(DoubtedCall(*one) for one in calls), own, tuple(lockfiles.values()))
