"""What a lockfile knows and the database does not: it counts there from then on, and is not paid again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.attempt_row import line_of
from sora2batch.fleet.tables.job_row import input_text
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.fold import SEVERAL
from sora2batch.lockfile.task_id import plain_task_id

_KNOWN = """
    select job.fingerprint, attempt.number, attempt.task_id, attempt.state, attempt.id,
        attempt.line is not null
    from attempt join job on job.id = attempt.job where attempt.batch = %s
"""
_JOBS = """
    insert into job (batch, fingerprint, key, tool_type, take, input, credits, filename)
    select %(batch)s, * from unnest(
        %(fingerprints)s::text[], %(keys)s::text[], %(tool_types)s::text[], %(takes)s::integer[],
        %(inputs)s::text[], %(credits)s::bigint[], %(filenames)s::text[]
    ) as new(fingerprint, key, tool_type, take, input, credits, filename)
    order by new.fingerprint
    on conflict do nothing
"""
_ACCOUNTS = "insert into account (name) select distinct unnest(%s::text[]) on conflict do nothing"
_ATTEMPTS = """
    insert into attempt (job, batch, account, number, trial, state, credits, month, task_id, line, imported,
        poll_due, poll_deadline)
    select job.id, job.batch, new.account, new.number, new.trial, new.state, new.credits, new.month,
        new.task_id, new.line, true,
        clock_timestamp(), clock_timestamp() + %(timeout)s * interval '1 second'
    from unnest(
        %(fingerprints)s::text[], %(accounts)s::text[], %(numbers)s::integer[], %(trials)s::integer[],
        %(states)s::text[], %(credits)s::bigint[], %(months)s::date[], %(task_ids)s::text[], %(lines)s::text[]
    ) as new(fingerprint, account, number, trial, state, credits, month, task_id, line)
    join job on job.batch = %(batch)s and job.fingerprint = new.fingerprint
    on conflict do nothing
"""
_FURTHER = """
    update attempt set state = new.state, task_id = new.task_id, credits = new.credits, line = new.line,
        poll_due = clock_timestamp(), poll_deadline = clock_timestamp() + %(timeout)s * interval '1 second',
        changed_at = clock_timestamp()
    from unnest(
        %(ids)s::bigint[], %(states)s::text[], %(task_ids)s::text[], %(credits)s::bigint[], %(lines)s::text[]
    ) as new(id, state, task_id, credits, line)
    where attempt.id = new.id and attempt.state in ('submitted', 'in_doubt')
"""
_WITHDRAW = """
    update attempt set state = 'withdrawn', changed_at = clock_timestamp()
    where batch = %(batch)s and state = 'reserved' and exists (
        select from attempt as other
        where other.job = attempt.job and other.state in ('in_doubt', 'submitted', 'completed')
    )
"""
_ENDED = frozenset({State.COMPLETED, State.FAILED})


class _Row(NamedTuple):
    """An attempt that the database knows."""

    fingerprint: str
    number: int
    task_id: str | None
    state: str
    id: int
    was_called: bool
    """Whether it tells of a call; a reservation does not, nor one that was taken back."""


class _Told(NamedTuple):
    """An attempt that it does not know, or not as far."""

    entry: Entry
    attempt: Attempt
    row: _Row | None = None
    """What is to be brought up to date; None for a new one."""


class _Known:
    """What the database has of a batch."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._by_task: dict[str, _Row] = {}
        self._by_job: defaultdict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            self._by_job[row.fingerprint].append(row)
            if row.task_id:
                self._by_task[plain_task_id(row.task_id)] = row

    def lacks(self, entry: Entry, attempt: Attempt) -> _Told | None:
        """Say what is new about an attempt; None where the database knows as much, or more."""
        rows = self._by_job[entry.fingerprint]
        if attempt.task_id is None:
            calls = (one for one in rows if one.was_called)
            is_known = attempt.state is State.WITHDRAWN or any(one.number >= attempt.number for one in calls)
            return None if is_known else _Told(entry, attempt)
        if row := self._by_task.get(plain_task_id(attempt.task_id)):
            is_further = row.state == State.SUBMITTED and attempt.state in _ENDED
            return _Told(entry, attempt, row) if is_further else None
        doubts = (one for one in rows if one.state == State.IN_DOUBT and one.number == attempt.number)
        return _Told(entry, attempt, next(doubts, None))


async def import_attempts(
    connection: AsyncConnection, batch: int, entries: Iterable[Entry], *, account: str, poll_seconds: float
) -> int:
    """Write what a lockfile knows and the rows of its batch do not; tell how many attempts that were.

    The row of the batch is locked. A reservation is withdrawn where it turns out that its job is paid.

    Args:
        connection: with a transaction.
        batch: the row.
        entries: the lockfile's.
        account: whose tasks these are, where their lines do not say.
        poll_seconds: for how many seconds those are polled that are open.
    """
    rows = await (await connection.execute(_KNOWN, [batch])).fetchall()
    known = _Known(_Row(*row) for row in rows)
    told = [one for entry in entries for attempt in entry.attempts if (one := known.lacks(entry, attempt))]
    if not told:
        return 0
    await _insert(connection, batch, [one for one in told if one.row is None], account, poll_seconds)
    await _bring_up_to_date(connection, [one for one in told if one.row], poll_seconds)
    await connection.execute(_WITHDRAW, {"batch": batch})
    return len(told)


async def _insert(
    connection: AsyncConnection, batch: int, told: Sequence[_Told], account: str, poll_seconds: float
) -> None:
    entries = {one.entry.fingerprint: one.entry for one in told}.values()
    await connection.execute(
        _JOBS,
        {
            "batch": batch,
            "fingerprints": [one.fingerprint for one in entries],
            "keys": [one.key for one in entries],
            "tool_types": [one.tool_type for one in entries],
            "takes": [one.take for one in entries],
            "inputs": [input_text(one) for one in entries],
            "credits": [one.primary.credits for one in entries],
            "filenames": [one.key for one in entries],
        },
    )
    accounts = [_account(one.attempt, account) for one in told]
    await connection.execute(_ACCOUNTS, [accounts])
    fingerprints: list[Fingerprint] = [one.entry.fingerprint for one in told]
    given = _columns(told, poll_seconds) | {
        "batch": batch,
        "fingerprints": fingerprints,
        "accounts": accounts,
        "numbers": [one.attempt.number for one in told],
        "trials": [one.attempt.trial for one in told],
        "months": [_month(one.attempt) for one in told],
    }
    await connection.execute(_ATTEMPTS, given)


async def _bring_up_to_date(connection: AsyncConnection, told: Sequence[_Told], poll_seconds: float) -> None:
    if told:
        ids = [one.row.id for one in told if one.row]
        await connection.execute(_FURTHER, _columns(told, poll_seconds) | {"ids": ids})


def _columns(told: Sequence[_Told], poll_seconds: float) -> dict[str, object]:
    return {
        "states": [str(one.attempt.state) for one in told],
        "credits": [one.attempt.credits for one in told],
        "task_ids": [one.attempt.task_id for one in told],
        "lines": [line_of(one.entry, one.attempt) for one in told],
        "timeout": poll_seconds,
    }


def _account(attempt: Attempt, ours: str) -> str:
    """Tell whose task it is: nobody but that account's workers can ask about it."""
    if attempt.api is None or attempt.account in {None, SEVERAL}:
        return ours
    return f"{attempt.api}/{attempt.account}"


def _month(attempt: Attempt) -> date:
    """Tell in which month it was paid: this one, where nobody knows."""
    moment = (attempt.submitted or datetime.now(UTC)).astimezone(UTC)
    return moment.date().replace(day=1)
