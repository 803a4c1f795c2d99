"""After a fail-over the database may have lost its last moments: what was sent in them is looked for first.

A standby that was promoted, or a backup that was restored, goes on as another history (another timeline, or
another system). A fence that was committed in the lost moments is gone, and its call may have been made: its
row says ``reserved`` again, or is gone with its whole reservation. So no fence is granted on another history
than the account's, until the ledger has had time to show every charge. One that no row knows makes doubts of
the reservations that may have been sent, which is the next ones of that tool, be they made again later.

Source: PostgreSQL, "Continuous Archiving and Point-in-Time Recovery", timelines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.tables.attempt_row import line_of
from sora2batch.fleet.tables.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.clock import Clock, from_timestamp, to_timestamp
from sora2batch.ground.job import Job
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Attempt, ErrorNote, State
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.reconcile.ledger_check import SETTLE
from sora2batch.reconcile.ledger_task import LedgerTask, is_tool, tasks_of
from sora2batch.run.port import VideoApi
from sora2batch.sjinn.answer import LedgerReading
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError

_HISTORY = "select current_history()"
_IS_ANOTHER = "select history is not null and history <> current_history() from account where name = %s"
_ACCOUNT = """
    select history, extract(epoch from clock_timestamp() - failover_at)::float8,
        (select max(changed_at) from attempt where attempt.account = account.name and sent_at is not null),
        unexplained
    from account where name = %s for update
"""
_BEGIN = "update account set failover_at = clock_timestamp() where name = %s"
_END = "update account set history = %s, failover_at = null where name = %s"
_UNEXPLAINED = "update account set unexplained = %s where name = %s"
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


_TaskJson: TypeAlias = tuple[str, str, str]
"""*Shape*: task id, task type, RFC 3339 moment; a list in JSON."""


class _Former(NamedTuple):
    """What is known of the account from before."""

    history: str | None
    seconds_since: float | None
    """Since the fail-over was noticed; None if it was not."""
    last_change: datetime | None
    unexplained: list[_TaskJson]


async def has_failed_over(connection: AsyncConnection, account: str) -> bool:
    """Tell whether the database is another one since tasks were last created for an account."""
    row = await (await connection.execute(_IS_ANOTHER, (account,))).fetchone()
    return bool(row and row[0])


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
                await self._explain(connection, [_task_of(*one) for one in former.unexplained])
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
            await self._explain(connection, await self._unknown(connection, reading))
            await connection.execute(_END, (now, self.account))
        return True

    async def _unknown(self, connection: AsyncConnection, reading: LedgerReading) -> list[LedgerTask]:
        """Pick the tasks of which no row knows."""
        rows = await (await connection.execute(_KNOWN, (self.account,))).fetchall()
        known = {plain_task_id(task_id) for (task_id,) in rows}
        return [one for one in tasks_of(reading.records) if plain_task_id(one.task_id) not in known]

    async def _explain(self, connection: AsyncConnection, unknown: Sequence[LedgerTask]) -> None:
        """Make doubts of as many reservations as may have been sent: the first ones of each tool."""
        if not unknown:
            return
        row = await (await connection.execute(_CALLS_AT_ONCE, (self.account,))).fetchone()
        margin = row[0] if row else 0
        counts: Counter[str] = Counter()
        given = {"account": self.account}
        for *columns, row_id, number, trial in await (await connection.execute(_RESERVED, given)).fetchall():
            job = JobRow(*columns).job
            tasks = [task for task in unknown if is_tool(task, job.tool_type)]
            if tasks and counts[job.tool_type] < len(tasks) + margin:
                counts[job.tool_type] += 1
                moment = min(task.create_time for task in tasks)
                attempt = _doubt_of(job, moment)._replace(number=number, trial=trial)
                await connection.execute(_DOUBT, (line_of(job, attempt), row_id))
        rest = [task for task in unknown if not _is_explained(task, unknown, counts)]
        told = [(one.task_id, one.task_type, to_timestamp(one.create_time)) for one in rest]
        await connection.execute(_UNEXPLAINED, (Jsonb(told), self.account))
        self._tell(counts)

    def _tell(self, counts: Counter[str]) -> None:
        for tool_type, count in counts.items():
            jobs = counted(count, "job is", "jobs are")
            self.say(
                f"after a fail-over the ledger shows tasks of {tool_type} that no row knows: {jobs} in doubt"
            )


def _is_explained(task: LedgerTask, unknown: Sequence[LedgerTask], counts: Counter[str]) -> bool:
    """Tell whether there are as many doubts as tasks of a tool: the rest is made again by ``run --fleet``."""
    return any(
        is_tool(task, tool_type) and count >= sum(is_tool(one, tool_type) for one in unknown)
        for tool_type, count in counts.items()
    )


def _doubt_of(job: Job, moment: datetime) -> Attempt:
    return Attempt(
        state=State.IN_DOUBT,
        credits=job.credits,
        submitted_at=to_timestamp(moment),
        error=ErrorNote(message="a fail-over of the database lost whether it was sent"),
    )


def _task_of(task_id: str, task_type: str, moment: str) -> LedgerTask:
    created = from_timestamp(moment)
    return LedgerTask(task_id=task_id, task_type=task_type, create_time=created, charged=0, returned=0)
