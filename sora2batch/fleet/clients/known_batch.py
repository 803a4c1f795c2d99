"""What the database knows of a batch: whose it is, and the lines of all its attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from psycopg import AsyncConnection

from sora2batch.fleet.tables.attempt_row import entry_of
from sora2batch.fleet.tables.repository_row import find_repository
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.plan.action import ReservedJob

_FIND = "select id, account, store_url is not null from batch where repository = %s and manifest = %s"
_HAS_CALLS = """
    select exists (
        select from attempt where batch = %s and not imported and (line is not null or state = 'reserved')
    )
"""
_LINES = """
    select line from attempt
    where batch = %s and line is not null and state not in ('reserved', 'sending') order by id
"""
_RESERVED_JOBS = """
    select job.fingerprint, job.key, attempt.credits from attempt join job on job.id = attempt.job
    where attempt.batch = %s and attempt.state in ('reserved', 'sending')
"""
_WHO = """
    select coalesce(reserved_by, '?'), count(*), sum(credits)::bigint from attempt
    where batch = %s and state in ('reserved', 'sending') group by 1 order by 3 desc, 1
"""
_MOST_NAMED = 3


class Reservation(NamedTuple):
    """What one person, or pipeline, has set aside for workers, and nobody has sent yet."""

    by: str
    jobs: int
    credits: Credits


def reservations_in_words(reservations: Sequence[Reservation]) -> str:
    """Name who has reserved how much, those with most of it."""
    named = [f"{one.by} {one.credits:,} for {counted(one.jobs, 'job')}" for one in reservations]
    more = f" and {counted(len(named) - _MOST_NAMED, 'other')}" if len(named) > _MOST_NAMED else ""
    return f"{', '.join(named[:_MOST_NAMED])}{more}"


async def read_reservations(connection: AsyncConnection, batch: int) -> tuple[Reservation, ...]:
    """Read who has reserved how much of a batch, the largest sum first."""
    rows = await (await connection.execute(_WHO, [batch])).fetchall()
    return tuple(Reservation(by, jobs, Credits(credits)) for by, jobs, credits in rows)


async def read_reserved_jobs(connection: AsyncConnection, batch: int) -> dict[Fingerprint, ReservedJob]:
    """Find the jobs of a batch that are reserved, or being sent: nobody needs to pay for them any more."""
    rows = await (await connection.execute(_RESERVED_JOBS, [batch])).fetchall()
    return {Fingerprint(job): ReservedJob(key, Credits(credits)) for job, key, credits in rows}


class KnownBatch(NamedTuple):
    """A batch that somebody has run in the fleet."""

    id: int
    account: str
    has_store: bool
    """Whether workers bring its files to a store."""


async def find_batch(connection: AsyncConnection, aliases: Iterable[str], manifest: str) -> KnownBatch | None:
    """Find a batch by its repository's aliases and its manifest; None where nobody has run it.

    Raises:
        UsageError: the aliases are those of two repositories.
    """
    repository = await find_repository(connection, aliases)
    row = await (await connection.execute(_FIND, [repository, manifest])).fetchone()
    return KnownBatch(*row) if row else None


async def has_calls(connection: AsyncConnection, batch: int) -> bool:
    """Tell whether anything of a batch is reserved or was sent by a worker, not only told by a lockfile."""
    row = await (await connection.execute(_HAS_CALLS, [batch])).fetchone()
    return bool(row and row[0])


async def read_lines(connection: AsyncConnection, batch: int, *, stores_outputs: bool) -> list[Entry]:
    """Read what is known of every call that was made, in the order in which they were reserved.

    Args:
        connection: with a transaction.
        batch: the row.
        stores_outputs: whether the manifest wants results in its store; if not, a lockfile does not say that
            they are there, although workers hand them over that way.

    Raises:
        FleetError: a line is not what a journal would have.
    """
    rows = await (await connection.execute(_LINES, [batch])).fetchall()
    entries = [entry_of(line) for (line,) in rows]
    return entries if stores_outputs else [one.only(_not_stored(one.primary)) for one in entries]


def _not_stored(attempt: Attempt) -> Attempt:
    return attempt._replace(outputs=tuple(one._replace(stored=False) for one in attempt.outputs))
