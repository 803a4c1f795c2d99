"""Tasks that are due are taken and their answers written down, hundreds with one statement.

Who takes a task pushes its due time out, so that nobody else asks meanwhile; should the answer not come,
somebody asks again then. An answer is written down only where the row is as it was when it was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.database.engine import FETCH, queue_of
from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow
from sora2batch.lockfile.entry import State

_TAKE = f"""
    with due as (
        select id, poll_due from attempt
        where account = %(account)s and state = 'submitted' and poll_due <= now()
        order by poll_due limit %(most)s
        for update skip locked
    ), taken as (
        update attempt set poll_due = now() + %(lease)s
        from due where attempt.id = due.id
        returning attempt.id, attempt.xmin::text::bigint as version, attempt.batch as batch_id,
            attempt.task_id, attempt.line, attempt.troubles, attempt.poll_deadline <= now() as is_overdue,
            due.poll_due <= attempt.poll_deadline as was_in_time
    )
    select taken.id, taken.version, taken.task_id, taken.line, taken.troubles,
        coalesce(taken.is_overdue, false), coalesce(taken.was_in_time, true), {BATCH_COLUMNS}
    from taken join batch on batch.id = taken.batch_id
"""  # nothing comes in but names of columns
_WRITE = """
    with answer as (
        select * from unnest(
            %(ids)s::bigint[], %(versions)s::bigint[], %(states)s::text[], %(lines)s::text[],
            %(waits)s::interval[], %(troubles)s::integer[], %(in_time)s::boolean[]
        ) as answer(id, version, state, line, wait, troubles, was_in_time)
    ), found as (
        select attempt.id, answer.wait, answer.troubles, answer.was_in_time,
            case when is_same then answer.state end as state, answer.line,
            answer.state is not null and not is_same as is_late, batch.store_url is not null as has_store
        from answer join attempt using (id) join batch on batch.id = attempt.batch
        cross join lateral (select attempt.xmin::text::bigint = answer.version as is_same) as row
        where attempt.state = 'submitted' for update of attempt
    ), written as (
        update attempt set
            state = coalesce(found.state, attempt.state),
            line = case when found.state is null then attempt.line else found.line end,
            media = case
                when found.state = 'completed' and found.has_store then 'todo' else attempt.media
            end,
            troubles = found.troubles,
            changed_at = case when found.state is null then attempt.changed_at else now() end,
            poll_due = case
                when found.state is not null then null
                when found.is_late then now()
                when now() < poll_deadline then least(now() + found.wait, poll_deadline)
                else now() + greatest(
                    found.wait, least(greatest(now() - poll_deadline, %(rarely)s), %(most_rarely)s)
                )
            end
        from found where attempt.id = found.id
        returning attempt.id, attempt.batch, found.state,
            found.state is null and not found.is_late and found.was_in_time and now() >= poll_deadline
                as is_timed_out,
            found.state = 'completed' and found.has_store as is_to_fetch
    ), calm as (
        update batch set failed_cause = null, failed_times = 0
        where failed_cause is not null and id in (select batch from written where state = 'completed')
    ), deferred as (
        select procrastinate_defer_jobs_v1(array_agg(row(
            %(queue)s::text, %(task)s::text, 0, null, %(task)s::text || ':' || id,
            jsonb_build_object('attempt', id), now()
        )::procrastinate_job_to_defer_v1)) as ids
        from written where is_to_fetch and not %(is_deferred)s::boolean having count(*) > 0
    )
    select id, is_timed_out, (select count(*) from deferred) from written
    where state is not null or is_timed_out
"""
RARELY = timedelta(minutes=10)
MOST_RARELY = timedelta(days=1)
"""How often a task is asked about that is overdue: twice as rarely each time, within these."""


class DueTask(NamedTuple):
    """A task that was taken."""

    id: int
    version: int
    """Of its row."""
    task_id: str
    line: str
    troubles: int
    """Questions in a row that got no answer."""
    is_overdue: bool
    """Whether the time to wait for it has run out."""
    was_in_time: bool
    """Whether it had not when it became due: then this is the last question of that time."""
    batch: BatchRow


_OWN = len(DueTask._fields) - 1
"""How many columns are not of its batch."""


class Written(NamedTuple):
    """What is to be written down of a task."""

    task: DueTask
    wait_seconds: float = 0.0
    """Until the next question."""
    troubles: int = 0
    state: State | None = None
    """How it ended; None where it goes on."""
    line: str | None = None
    """What then becomes its line."""


async def take(
    connection: AsyncConnection[Any], account: str, *, most: int, lease: timedelta
) -> list[DueTask]:
    """Take the tasks of an account that have been due for the longest time."""
    found = await connection.execute(_TAKE, {"account": account, "most": most, "lease": lease})
    return [DueTask._make((*row[:_OWN], BatchRow._make(row[_OWN:]))) for row in await found.fetchall()]


class Outcome(NamedTuple):
    """What became of answers that were written down."""

    ended: frozenset[int]
    """The attempts of which the end was written, and nobody had written it before."""
    timed_out: frozenset[int]
    """Those of which the time to wait has run out just now."""


async def write(
    connection: AsyncConnection[Any], account: str, answers: Sequence[Written], *, is_deferred: bool = False
) -> Outcome:
    """Write answers down.

    Args:
        connection: in a transaction.
        account: whose tasks they are.
        answers: at most one of each task.
        is_deferred: whether the fetching of files is left to the janitor to defer.
    """
    given = {
        "ids": [one.task.id for one in answers],
        "versions": [one.task.version for one in answers],
        "states": [one.state.value if one.state else None for one in answers],
        "lines": [one.line for one in answers],
        "waits": [timedelta(seconds=one.wait_seconds) for one in answers],
        "troubles": [one.troubles for one in answers],
        "in_time": [one.task.was_in_time for one in answers],
        "rarely": RARELY,
        "most_rarely": MOST_RARELY,
        "queue": queue_of(FETCH, account),
        "task": FETCH,
        "is_deferred": is_deferred,
    }
    rows = await (await connection.execute(_WRITE, given)).fetchall()
    timed_out = frozenset(attempt for attempt, is_timed_out, _ in rows if is_timed_out)
    return Outcome(frozenset(row[0] for row in rows) - timed_out, timed_out)
