"""After a fail-over the database may have lost its last moments: what was sent in them is looked for first.

A standby that was promoted, or a backup that was restored, goes on as another history (another timeline, or
another system). A fence that was committed in the lost moments is gone, and its call may have been made: its
row says ``reserved`` again. So nothing is sent until the ledger has had time to show every charge. A charge
that no row knows makes doubts of the reservations that may have been sent, which is the next ones of that
tool and price; without one, nothing was sent unnoticed.

Source: PostgreSQL, "Continuous Archiving and Point-in-Time Recovery", timelines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.attempt_row import line_of
from sora2batch.fleet.database import Database
from sora2batch.fleet.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.clock import Clock, to_timestamp
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Attempt, ErrorNote, State
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.reconcile.ledger_check import SETTLE
from sora2batch.reconcile.ledger_task import LedgerTask, is_tool, tasks_of
from sora2batch.run.port import VideoApi
from sora2batch.sjinn.answer import LedgerReading
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError

_HISTORY = """
    select coalesce(
        case when has_function_privilege('pg_control_system()', 'execute')
            then (select system_identifier::text from pg_control_system()) end, '?'
    ) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
"""
_ACCOUNT = """
    select history, extract(epoch from clock_timestamp() - failover_at)::float8,
        (select max(changed_at) from attempt where attempt.account = account.name and sent_at is not null)
    from account where name = %s for update
"""
_BEGIN = "update account set failover_at = clock_timestamp() where name = %s"
_END = "update account set history = %s, failover_at = null where name = %s"
_KNOWN = "select task_id from attempt where account = %s and task_id is not null"
_RESERVED = f"""
    select {JOB_COLUMNS}, attempt.id, attempt.number, attempt.trial
    from attempt join job on job.id = attempt.job
    where attempt.account = %(account)s and attempt.state = 'reserved'
    order by attempt.batch, attempt.position, attempt.id
    for update of attempt
"""
_CALLS_AT_ONCE = """
    select coalesce(sum((options->>'submit_concurrency')::integer), 0) from batch where account = %s
"""
_DOUBT = """
    update attempt set state = 'in_doubt', line = %s, sent_at = clock_timestamp(),
        changed_at = clock_timestamp()
    where id = %s
"""
_LOOK_BACK = timedelta(minutes=10)


class _Former(NamedTuple):
    """What is known of the account from before."""

    history: str | None
    seconds_since: float | None
    """Since the fail-over was noticed; None if it was not."""
    last_change: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How an account's lane gets over a fail-over."""

    database: Database
    account: str
    api: VideoApi
    clock: Clock
    say: Callable[[str], None]
    settle: timedelta = SETTLE
    """How long the ledger is given to show a charge."""

    async def is_done(self) -> bool:
        """Tell whether tasks may be created: there was no fail-over, or nothing of it is unknown any more."""
        async with self.database.transaction() as connection:
            now, former = await self._read(connection)
            if former.history in {None, now}:
                await connection.execute(_END, (now, self.account))
                return True
            if former.seconds_since is None:
                await connection.execute(_BEGIN, (self.account,))
        if former.seconds_since is None:
            self.say(f"the database is another one since the last call: nothing is sent for {self.settle}")
            return False
        if former.seconds_since < self.settle.total_seconds():
            return False
        return await self._look(now, former.last_change)

    async def _read(self, connection: AsyncConnection) -> tuple[str, _Former]:
        history = await (await connection.execute(_HISTORY)).fetchone()
        former = await (await connection.execute(_ACCOUNT, (self.account,))).fetchone()
        assert history is not None
        assert former is not None
        return str(history[0]), _Former(*former)

    async def _look(self, now: str, last_change: datetime | None) -> bool:
        """Make doubts of what the ledger shows and no row knows; False if it cannot be read to its end."""
        since = (last_change or self.clock.now() - self.settle) - _LOOK_BACK
        try:
            reading = await self.api.ledger(since=since)
        except (ApiError, KeyRefusedError) as error:
            self.say(f"after a fail-over the ledger has to be read before anything is sent: {error.message}")
            return False
        if reading.unclear:
            self.say(f"after a fail-over the ledger has to be understood: {reading.unclear[0]}")
            return False
        async with self.database.transaction() as connection:
            await self._doubt(connection, await self._unknown(connection, reading), since)
            await connection.execute(_END, (now, self.account))
        return True

    async def _unknown(self, connection: AsyncConnection, reading: LedgerReading) -> list[LedgerTask]:
        """Pick the tasks of which no row knows."""
        rows = await (await connection.execute(_KNOWN, (self.account,))).fetchall()
        known = {plain_task_id(task_id) for (task_id,) in rows}
        return [one for one in tasks_of(reading.records) if plain_task_id(one.task_id) not in known]

    async def _doubt(
        self, connection: AsyncConnection, unknown: Sequence[LedgerTask], since: datetime
    ) -> None:
        """Make doubts of as many reservations as may have been sent: the first ones of each tool."""
        if not unknown:
            return
        row = await (await connection.execute(_CALLS_AT_ONCE, (self.account,))).fetchone()
        margin = row[0] if row else 0
        given = {"account": self.account}
        counts: Counter[str] = Counter()
        for *columns, row_id, number, trial in await (await connection.execute(_RESERVED, given)).fetchall():
            job = JobRow(*columns).job
            charged = sum(is_tool(task, job.tool_type) for task in unknown)
            if not charged or counts[job.tool_type] >= charged + margin:
                continue
            counts[job.tool_type] += 1
            attempt = Attempt(
                state=State.IN_DOUBT,
                credits=job.credits,
                number=number,
                trial=trial,
                submitted_at=to_timestamp(since),
                error=ErrorNote(message="a fail-over of the database lost whether it was sent"),
            )
            await connection.execute(_DOUBT, (line_of(job, attempt), row_id))
        for tool_type, count in counts.items():
            jobs = counted(count, "job is", "jobs are")
            self.say(
                f"after a fail-over the ledger shows tasks of {tool_type} that no row knows: {jobs} in doubt"
            )
