"""Budget and attempts that many machines share: rows in PostgreSQL, each step one transaction.

See ``AttemptStore``. The rules that money rests on:

- A reservation is a row, made by one conditional update of its batch's sums.
- ``reserved -> sending`` is one conditional update, committed before a socket opens, by whoever has the
  account's lane; whoever finds ``sending`` never sends.
- An answer is written whatever became of the row meanwhile: a task that was paid is never lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from psycopg import AsyncConnection

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.database.insist import insist
from sora2batch.fleet.tables.attempt_row import Reservation, line_of
from sora2batch.fleet.tables.batch_row import BatchRow
from sora2batch.fleet.tables.settle_row import charge_more, settle_doubt
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.run.attempt_store import NotReservedError

_T = TypeVar("_T")

FENCE_SECONDS = 20.0
"""So long after its fence a call may begin; whoever was asleep for longer does not make it any more."""

_FENCE = """
    update attempt set state = 'sending', line = %(line)s, number = %(number)s, trial = %(trial)s,
        worker = %(worker)s, sent_at = clock_timestamp(), changed_at = clock_timestamp()
    where id = %(id)s and state = 'reserved'
        and exists (select from batch where batch.id = attempt.batch and batch.stop_reason is null)
        and exists (
            select from account where account.name = attempt.account and account.stop_reason is null
                and account.lane_worker = %(worker)s and account.lane_until > clock_timestamp()
                and coalesce(account.history, current_history()) = current_history() -- see failover
        )
    returning id
"""
_ANSWER = """
    update attempt set state = %(state)s, line = %(line)s, credits = %(credits)s, task_id = %(task_id)s,
        number = %(number)s, trial = %(trial)s,
        poll_due = clock_timestamp() + %(first_poll)s * interval '1 second',
        poll_deadline = clock_timestamp() + %(timeout)s * interval '1 second',
        changed_at = clock_timestamp()
    where id = %(id)s and (
        state in ('sending', 'in_doubt') and worker = %(worker)s
        or state = 'reserved' -- a fail-over has lost the fence, but not who has sent the call
    )
    returning id
"""
_ALSO_PAID = """
    insert into attempt (job, batch, account, number, trial, state, credits, task_id, line, worker,
        poll_due, poll_deadline)
    values (%(job)s, %(batch)s, %(account)s, %(number)s, %(trial)s, 'submitted', %(credits)s, %(task_id)s,
        %(line)s, %(worker)s, clock_timestamp(), clock_timestamp() + %(timeout)s * interval '1 second')
    on conflict do nothing
"""
_NOT_AGAIN = """
    update attempt set state = 'withdrawn', changed_at = clock_timestamp()
    where job = %(job)s and state = 'reserved'
"""
_RELEASE = """
    update attempt set state = 'reserved', line = null, worker = null, sent_at = null,
        changed_at = clock_timestamp()
    where id = %(id)s and state in ('sending', 'in_doubt') and worker = %(worker)s
"""
_OWNER = """
    select job.fingerprint, job.key, attempt.task_id from attempt join job on job.id = attempt.job
    where attempt.account = %(account)s and attempt.task_id = any(%(task_ids)s)
    order by attempt.id
"""


class DatabaseAttempts:
    """Budget and attempts of one batch, as one worker submits its jobs."""

    def __init__(
        self,
        database: Database,
        batch: BatchRow,
        worker: int,
        unsure: set[int] | None = None,
        on_trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Get ready.

        Args:
            database: where the rows are.
            batch: whose.
            worker: the row of this process in ``worker``.
            unsure: where rows are noted whose fence was not answered, and which are not sent; see ``tidy``.
            on_trouble: is told, once each time, when an answer cannot be written yet.
        """
        self._database = database
        self._batch = batch
        self._worker = worker
        self._on_trouble = on_trouble
        self._held: dict[Fingerprint, Reservation] = {}
        self._sent: dict[Fingerprint, Reservation] = {}
        """Rows of calls under way: a job may be reserved anew, in another row, before its answer comes."""
        self._known: dict[Fingerprint, Entry] = {}
        self._first_polls: dict[Fingerprint, float] = {}
        self._named: dict[str, Job] = {}
        self._unsure = set() if unsure is None else unsure
        self._budget = batch.budget
        self._spent = Credits(0)

    @property
    def budget(self) -> Credits:
        """What may be spent in all, as it was when last read."""
        return self._budget

    @property
    def spent(self) -> Credits:
        """What is charged or may have been, as it was when last read."""
        return self._spent

    def hold(
        self, job: Job, reservation: Reservation, known: Entry | None, *, expected_seconds: float = 0.0
    ) -> None:
        """Take over a reservation that is to be sent.

        Args:
            job: what is to be sent.
            reservation: its row.
            known: what earlier attempts came to.
            expected_seconds: when a task may be done at the earliest.
        """
        self._held[job.fingerprint] = reservation
        self._first_polls[job.fingerprint] = expected_seconds
        if known:
            self._known[job.fingerprint] = known

    def known(self, fingerprint: Fingerprint, /) -> Entry | None:
        """Tell what was known of a job when its reservation was taken over."""
        return self._known.get(fingerprint)

    async def reserve(self, job: Job, /) -> bool:
        """Tell whether the job is reserved: who enqueued it has done that, and the fence looks again."""
        return job.fingerprint in self._held

    async def fence(self, job: Job, intent: Attempt, /) -> Deadline:
        """Commit that this worker is about to make the call.

        Raises:
            NotReservedError: the reservation was withdrawn, or the account's lane is another's now.
            FleetError: the database does not answer; see ``tidy`` for what it may have.
        """
        held = self._held[job.fingerprint]
        row_id = held.attempt
        given = {
            "id": row_id,
            "worker": self._worker,
            "line": line_of(job, intent),
            "number": intent.number,
            "trial": intent.trial,
        }
        deadline = Deadline(FENCE_SECONDS)
        self._unsure.add(row_id)  # until the commit is answered nobody knows whether it was made
        async with self._database.transaction() as connection:
            row = await (await connection.execute(_FENCE, given)).fetchone()
        self._unsure.discard(row_id)
        if row is None:
            raise NotReservedError(f"{job.key} is not reserved any more: cancelled, or in another's hands")
        self._sent[job.fingerprint] = held
        return deadline

    async def claim(self, job: Job, task_id: str, /) -> str | None:
        """Take a task for a job, unless some attempt of the account has it: then say whose it is."""
        plain = plain_task_id(task_id)
        if plain in self._named:
            return _owner(self._named[plain].fingerprint, self._named[plain].key, job)
        self._named[plain] = job
        given = {"account": self._batch.account, "task_ids": [task_id, plain, plain.upper()]}

        async def look(connection: AsyncConnection) -> str | None:
            rows = await (await connection.execute(_OWNER, given)).fetchall()
            owners = (row for row in rows if plain_task_id(row[2]) == plain)
            return next((_owner(Fingerprint(row[0]), row[1], job) for row in owners), None)

        owner = await self._insist(look, f"{job.key} is task {task_id}")
        if owner:
            del self._named[plain]
        return owner

    async def accept(self, job: Job, attempt: Attempt, /) -> None:
        """Write that the call became a task, whatever became of its row meanwhile."""
        first_poll = min(
            self._first_polls.get(job.fingerprint, 0.0), 12 * self._batch.run_options.poll_interval
        )
        given = self._answer(job, attempt, "submitted", first_poll=first_poll)

        async def write(connection: AsyncConnection) -> None:
            row = await (await connection.execute(_ANSWER, given)).fetchone()
            if row is None:  # another has settled or sent it meanwhile: this one was paid, too
                await connection.execute(_ALSO_PAID, given)
                await connection.execute(_NOT_AGAIN, given)
            await self._read_sums(connection)

        await self._insist(write, f"{job.key} is task {attempt.task_id}")
        self._drop(job)

    async def refuse(self, job: Job, attempt: Attempt, /) -> None:
        """Write that the API refused it, and give the money back."""
        await self._write_answer(job, attempt, "rejected")

    async def doubt(self, job: Job, attempt: Attempt, /) -> None:
        """Write why nobody knows what came of it."""
        await self._write_answer(job, attempt, "in_doubt")

    async def release(self, job: Job, intent: Attempt, /) -> None:
        """Have it reserved again; its money stays set aside."""
        del intent
        given = {"id": self._sent[job.fingerprint].attempt, "worker": self._worker}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(_RELEASE, given)

        await self._insist(write, f"the call of {job.key} cost nothing")

    def abandon(self, job: Job, /) -> None:
        """Leave the row as it is: whoever finds ``sending`` of a worker that is gone makes it a doubt."""

    async def surcharge(self, job: Job, attempt: Attempt, difference: Credits, /) -> None:
        """Write what a task really cost."""
        del difference

        async def write(connection: AsyncConnection) -> None:
            await charge_more(connection, self._batch.id, str(attempt.task_id), attempt.credits)
            await self._read_sums(connection)

        await self._insist(write, f"{job.key} cost {attempt.credits:,} credits")

    async def settle(self, doubted: Entry, outcome: Attempt, /) -> None:
        """Write how a doubt of this batch ended, if it is one still."""
        async with self._database.transaction() as connection:
            await settle_doubt(connection, self._batch, doubted, outcome)
            await self._read_sums(connection)

    async def _write_answer(self, job: Job, attempt: Attempt, state: str) -> None:
        given = self._answer(job, attempt, state)

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(_ANSWER, given)
            await self._read_sums(connection)

        await self._insist(write, f"{job.key} is {state}")
        self._drop(job)

    def _drop(self, job: Job) -> None:
        """Let go of the row of a call that has its answer; another one may be held already."""
        sent = self._sent.pop(job.fingerprint)
        if self._held.get(job.fingerprint) == sent:
            del self._held[job.fingerprint]

    def _answer(
        self, job: Job, attempt: Attempt, state: str, *, first_poll: float = 0.0
    ) -> Mapping[str, Any]:
        sent = self._sent[job.fingerprint]
        return {
            "id": sent.attempt,
            "job": sent.job,
            "batch": self._batch.id,
            "account": self._batch.account,
            "worker": self._worker,
            "state": state,
            "line": line_of(job, attempt),
            "credits": attempt.credits,
            "number": attempt.number,
            "trial": attempt.trial,
            "task_id": attempt.task_id,
            "first_poll": first_poll,
            "timeout": self._batch.run_options.timeout,
        }

    async def _insist(self, step: Callable[[AsyncConnection], Awaitable[_T]], what: str) -> _T:
        return await insist(self._database, step, what, self._on_trouble)

    async def _read_sums(self, connection: AsyncConnection) -> None:
        sums = "select budget, charged + in_doubt from batch where id = %s"
        row = await (await connection.execute(sums, (self._batch.id,))).fetchone()
        assert row is not None
        self._budget, self._spent = Credits(row[0]), Credits(row[1])


def _owner(fingerprint: Fingerprint, key: str, job: Job) -> str:
    return "an earlier one of this job" if fingerprint == job.fingerprint else f"that of {key}"
