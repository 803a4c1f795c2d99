"""What workers do to rows, as SQL: for tests of those who reserve and follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any, Self

from fakes.fleet_database import opened
from fakes.waiting import wait_until
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.tables.attempt_row import line_of
from sora2batch.fleet.tables.job_row import JOB_COLUMNS, JobRow
from sora2batch.ground.job import Credits, Job
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
_GIVE_UP = """
    update attempt set poll_deadline = clock_timestamp() where state = 'submitted' and poll_deadline > now()
    returning id
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


class LaneThread:
    """A worker's lanes in a thread: each job that is reserved becomes what a script says, step by step.

    A context manager; while it is open a worker is alive.
    """

    def __init__(
        self, url: str, script: Callable[[Job], Iterable[Attempt]], *, media: str | None = None
    ) -> None:
        """Get ready.

        Args:
            url: of the database.
            script: the attempts that a job comes to, each further than the one before.
            media: what becomes of the files of a task that is done.
        """
        self._url = url
        self._script = script
        self._media = media
        self._is_over = Event()
        self._is_impatient = False
        self._ended = 0
        self._thread = Thread(target=lambda: asyncio.run(self._work()), name="lane")
        self.sent: list[str] = []
        """Keys, in the order in which they were sent."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def wait_for(self, ends: int) -> None:
        """Wait until so many jobs have come to their end."""
        wait_until(lambda: self._ended >= ends)

    def end_of_patience(self) -> None:
        """Have nobody wait for open tasks any more, as soon as somebody asks for it anew."""
        self._is_impatient = True

    async def _work(self) -> None:
        async with await opened(self._url) as database:
            worker = None
            while not self._is_over.is_set():
                accounts = await rows_of(database, "select name from account")
                if accounts and worker is None:
                    worker = await _register(database, accounts[0][0])
                if self._is_impatient:
                    await rows_of(database, _GIVE_UP)
                if not await self._send_one(database):
                    await asyncio.sleep(0.02)
            if worker:
                await rows_of(
                    database, "update worker set ended_at = now() where id = %s returning id", [worker]
                )

    async def _send_one(self, database: Database) -> bool:
        async with database.transaction() as connection:
            row = await (await connection.execute(_NEXT, ["reserved"])).fetchone()
        if row is None:
            return False
        one, number, trial, _, *rest = row
        job = JobRow(*rest).job
        self.sent.append(job.key)
        for attempt in self._script(job):
            now = attempt._replace(number=number, trial=trial)
            media = self._media if now.state is State.COMPLETED else None
            given = [str(now.state), line_of(job, now), now.task_id, now.credits, media, one]
            async with database.transaction() as connection:
                await connection.execute(_MOVE, given)
        self._ended += 1
        return True


async def _register(database: Database, account: str) -> int:
    sql = (
        "insert into worker (account, host, pid, lanes, version) values (%s, 'box', 1, %s, '1') returning id"
    )
    return (await rows_of(database, sql, [account, ["submit", "poll", "media"]]))[0][0]
