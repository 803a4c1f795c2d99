"""Jobs reserved for workers, however many, in one transaction: there is room for all of them, or for none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson
from psycopg import AsyncConnection

from sora2batch.fleet.clients.batch_terms import BatchTerms, find_or_make_batch, take_over
from sora2batch.fleet.clients.import_attempts import import_attempts
from sora2batch.fleet.clients.room import set_aside
from sora2batch.fleet.database.engine import FETCH, SUBMIT, Call, enqueue
from sora2batch.fleet.tables.job_row import input_text
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.entry import Entry, Seen

_JOBS = """
    insert into job (batch, fingerprint, key, tool_type, take, input, needs, credits, filename,
        expected_seconds, files, seen)
    select %(batch)s, new.fingerprint, new.key, new.tool_type, new.take, new.input,
        array(select jsonb_array_elements_text(new.needs::jsonb)), new.credits, new.filename,
        new.expected, new.files::jsonb, new.seen::jsonb
    from unnest(
        %(fingerprints)s::text[], %(keys)s::text[], %(tool_types)s::text[], %(takes)s::integer[],
        %(inputs)s::text[], %(needs)s::text[], %(credits)s::bigint[], %(filenames)s::text[],
        %(expected)s::double precision[], %(files)s::text[], %(seen)s::text[]
    ) as new(fingerprint, key, tool_type, take, input, needs, credits, filename, expected, files, seen)
    order by new.fingerprint
    on conflict (batch, fingerprint) do update set key = excluded.key, input = excluded.input,
        needs = excluded.needs, filename = excluded.filename, expected_seconds = excluded.expected_seconds,
        files = excluded.files, seen = excluded.seen,
        credits = case
            when exists (select from attempt where attempt.job = job.id and state in ('reserved', 'sending'))
            then job.credits else excluded.credits
        end
"""
_FREE = """
    with wanted as (
        select new.place, job.id, new.credits, new.last_call
        from unnest(%(fingerprints)s::text[], %(last_calls)s::integer[], %(credits)s::bigint[])
            with ordinality as new(fingerprint, last_call, credits, place)
        join job on job.batch = %(batch)s and job.fingerprint = new.fingerprint
    ), last as (
        select distinct on (job) job, number, trial, state from attempt where batch = %(batch)s
        order by job, number desc, trial desc, id desc
    )
    select wanted.id, wanted.credits,
        case when last.state = 'withdrawn' then last.number else coalesce(last.number, 0) + 1 end,
        case when last.state = 'withdrawn' then last.trial + 1 else 1 end
    from wanted left join last on last.job = wanted.id
    where not exists (
        select from attempt where attempt.job = wanted.id and (
            state in ('reserved', 'sending', 'in_doubt', 'submitted', 'completed')
            or state in ('failed', 'rejected') and number > wanted.last_call -- nobody said: again
        )
    )
    order by wanted.place
"""
_ATTEMPTS = """
    insert into attempt (job, batch, account, position, number, trial, state, credits, reserved_by)
    select new.job, %(batch)s, %(account)s,
        coalesce((select max(position) from attempt where batch = %(batch)s), 0) + new.place,
        new.number, new.trial, 'reserved', new.credits, %(reserved_by)s
    from unnest(%(jobs)s::bigint[], %(numbers)s::integer[], %(trials)s::integer[], %(credits)s::bigint[])
        with ordinality as new(job, number, trial, credits, place)
    order by new.place
"""
_ASK_AGAIN = """
    update attempt set poll_due = clock_timestamp(), troubles = 0, changed_at = clock_timestamp(),
        poll_deadline = clock_timestamp() + %(timeout)s * interval '1 second'
    where batch = %(batch)s and state = 'submitted'
        and (poll_due is null or poll_deadline is null or poll_deadline < clock_timestamp())
"""
_FETCH_AGAIN = """
    update attempt set media = 'todo', media_error = null, changed_at = clock_timestamp()
    where batch = %(batch)s and media = 'failed' returning id, account
"""

_FETCH_NOTHING = """
    update attempt set media = null, media_error = null, changed_at = clock_timestamp()
    where batch = %(batch)s and media in ('todo', 'failed')
"""


class WantedJob(NamedTuple):
    """A job that somebody wants to be submitted."""

    job: Job
    last_call: int = 0
    """The number of the last attempt that they know of: later failures keep it from being tried again."""
    expected_seconds: float = 0.0
    """When a task may be done at the earliest."""
    files: JsonObject = {}  # noqa: RUF012 - never changed in place
    """What each file of its input is; see ``job_files``."""
    seen: Seen = ()


class Reserved(NamedTuple):
    """What came of it."""

    batch: int
    """The row's id."""
    jobs: int
    credits: Credits
    imported: int
    """How many attempts the database did not know yet."""


async def reserve(
    connection: AsyncConnection, terms: BatchTerms, wanted: Sequence[WantedJob], known: Iterable[Entry]
) -> Reserved:
    """Reserve what nobody has taken, in the order of *wanted*, and have it submitted.

    What others have reserved, sent or bought is left as it is. What timed out is asked about again, and files
    that could not be fetched are tried again.

    Args:
        connection: with a transaction of its own.
        terms: whose, and how.
        wanted: the jobs.
        known: what the client's lockfile knows.

    Raises:
        BudgetError: the batch, or the account in this month, has no room for all of them; nothing is written.
        UsageError: see ``find_or_make_batch``.
    """
    batch = await find_or_make_batch(connection, terms)
    await _write_jobs(connection, batch, wanted)
    await take_over(connection, terms, batch)  # from here on nobody else reserves for it
    seconds = terms.options.timeout
    imported = await import_attempts(connection, batch, known, account=terms.account, poll_seconds=seconds)
    free = await _free(connection, batch, wanted)
    credits = Credits(sum(row[1] for row in free))
    if free:
        await set_aside(connection, batch, credits, len(free))
        await _write_attempts(connection, batch, terms, free)
        await enqueue(connection, [Call(task=SUBMIT, account=terms.account)])
    await _go_on(connection, batch, terms)
    return Reserved(batch, len(free), credits, imported)


async def _write_jobs(connection: AsyncConnection, batch: int, wanted: Sequence[WantedJob]) -> None:
    if not wanted:
        return
    jobs = [one.job for one in wanted]
    given = {
        "batch": batch,
        "fingerprints": [job.fingerprint for job in jobs],
        "keys": [job.key for job in jobs],
        "tool_types": [job.tool_type for job in jobs],
        "takes": [job.take for job in jobs],
        "inputs": [input_text(job) for job in jobs],
        "needs": [orjson.dumps(job.needs).decode() for job in jobs],
        "credits": [job.credits for job in jobs],
        "filenames": [job.filename for job in jobs],
        "expected": [one.expected_seconds for one in wanted],
        "files": [orjson.dumps(one.files).decode() for one in wanted],
        "seen": [orjson.dumps(dict(one.seen)).decode() for one in wanted],
    }
    await connection.execute(_JOBS, given)


async def _free(
    connection: AsyncConnection, batch: int, wanted: Sequence[WantedJob]
) -> list[tuple[int, int, int, int]]:
    """Find the jobs that nobody has: (job, credits, number, trial), in the order of *wanted*."""
    given = {
        "batch": batch,
        "fingerprints": [one.job.fingerprint for one in wanted],
        "last_calls": [one.last_call for one in wanted],
        "credits": [one.job.credits for one in wanted],
    }
    return await (await connection.execute(_FREE, given)).fetchall() if wanted else []


async def _write_attempts(
    connection: AsyncConnection, batch: int, terms: BatchTerms, free: Sequence[tuple[int, int, int, int]]
) -> None:
    jobs, credits, numbers, trials = (list(column) for column in zip(*free, strict=True))
    given = {
        "batch": batch,
        "account": terms.account,
        "reserved_by": terms.reserved_by,
        "jobs": jobs,
        "numbers": numbers,
        "trials": trials,
        "credits": credits,
    }
    await connection.execute(_ATTEMPTS, given)


async def _go_on(connection: AsyncConnection, batch: int, terms: BatchTerms) -> None:
    """Have those who wait go on: tasks that timed out, and files that could not be fetched.

    A batch that has no store any more waits for none.
    """
    given = {"batch": batch, "timeout": terms.options.timeout}
    await connection.execute(_ASK_AGAIN, given)
    if terms.store_url is None:
        await connection.execute(_FETCH_NOTHING, given)
        return
    rows = await (await connection.execute(_FETCH_AGAIN, given)).fetchall()
    await enqueue(connection, [Call(task=FETCH, account=account, attempt=one) for one, account in rows])
