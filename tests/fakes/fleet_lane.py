"""What workers do to rows, as SQL: for tests of those who reserve and follow."""

from __future__ import annotations

from typing import Any

from sora2batch.fleet.attempt_row import line_of
from sora2batch.fleet.database import Database
from sora2batch.fleet.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State

MOMENT = "2026-11-22T09:00:00Z"
LATER = "2026-11-22T09:03:10Z"
_NEXT = f"""
    select attempt.id, attempt.number, attempt.trial, attempt.credits, {JOB_COLUMNS}
    from attempt join job on job.id = attempt.job where attempt.state = %s
    order by attempt.position, attempt.id limit 1 for update of attempt skip locked
"""
_MOVE = """
    update attempt set state = %s, line = %s, task_id = %s, credits = %s, media = %s,
        changed_at = clock_timestamp() where id = %s
"""


class FleetLane:
    """Moves rows one by one, in their order; each step is a transaction."""

    def __init__(self, database: Database, *, host: str = "127.0.0.1:1", account: str | None = None) -> None:
        self.database = database
        self._host = host
        self._account = account

    async def send(
        self, task_id: str | None = None, *, error: str | None = None, state: State | None = None
    ) -> str:
        """Send the next reserved job; tell its key. Without a task it is rejected, or in doubt if that is said."""
        state = state or (State.SUBMITTED if task_id else State.REJECTED)
        return await self._step("reserved", state, task_id=task_id, error=error)

    async def fence(self) -> str:
        """Begin to send the next one, and say no more of it."""
        return await self._step("reserved", State.IN_DOUBT, row_state="sending")

    async def finish(self, *urls: str, media: str | None = None, outputs: tuple[Output, ...] = ()) -> str:
        """Have the next open task end well."""
        files = outputs or tuple(Output(url=url) for url in urls)
        return await self._step("submitted", State.COMPLETED, outputs=files, media=media)

    async def fail(self, error: str = "no") -> str:
        """Have the next open task fail."""
        return await self._step("submitted", State.FAILED, error=error)

    async def _step(
        self,
        before: str,
        state: State,
        *,
        row_state: str | None = None,
        task_id: str | None = None,
        error: str | None = None,
        outputs: tuple[Output, ...] = (),
        media: str | None = None,
    ) -> str:
        async with self.database.transaction() as connection:
            row = await (await connection.execute(_NEXT, [before])).fetchone()
            assert row, f"nothing is {before}"
            one, number, trial, credits, *rest = row
            job = JobRow(*rest).job
            if before == "submitted":
                known = await connection.execute("select task_id from attempt where id = %s", [one])
                (task_id,) = await known.fetchone()
            free = state in {State.REJECTED, State.WITHDRAWN}
            attempt = Attempt(
                state=state,
                credits=Credits(0 if free else credits),
                number=number,
                trial=trial,
                task_id=task_id,
                submitted_at=MOMENT,
                finished_at=None if state is State.SUBMITTED or row_state else LATER,
                api=self._host,
                account=self._account,
                outputs=outputs,
                error=ErrorNote(message=error) if error else None,
            )
            given = [
                row_state or str(state),
                line_of(job, attempt),
                task_id,
                0 if free else credits,
                media,
                one,
            ]
            await connection.execute(_MOVE, given)
        return job.key


async def rows_of(database: Database, sql: str, given: Any = None) -> list[tuple[Any, ...]]:
    """Ask for rows."""
    async with database.transaction() as connection:
        return await (await connection.execute(sql, given)).fetchall()


async def sums_of(database: Database) -> tuple[int, int, int]:
    """The only batch's money: charged, reserved, in doubt; its rows and its month must agree."""
    batch = await rows_of(database, "select charged, reserved, in_doubt from batch")
    month = await rows_of(
        database,
        "select coalesce(sum(charged), 0), coalesce(sum(reserved), 0), coalesce(sum(in_doubt), 0) from month_spending",
    )
    counted = await rows_of(
        database,
        "select coalesce(sum(credits) filter (where bucket(state) = 'charged'), 0),"
        " coalesce(sum(credits) filter (where bucket(state) = 'reserved'), 0),"
        " coalesce(sum(credits) filter (where bucket(state) = 'in_doubt'), 0) from attempt",
    )
    assert batch == month == counted
    return batch[0]
