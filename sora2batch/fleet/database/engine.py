"""The job engine's queue: what may be put in it, and how that is done within a transaction of one's own.

Our rows are the truth; procrastinate's jobs only wake whoever works on them: each may be lost or come twice.

Source: https://procrastinate.readthedocs.io, "Queueing locks" and "Locks".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import orjson
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

SUBMIT = "submit"
"""The task that creates tasks for an account, one worker at a time; never retried by the engine."""
FETCH = "fetch"
"""The task that brings the files of one attempt home; may be repeated."""

_DEFER = """
    select procrastinate_defer_jobs_v1(array_agg(row(
        new.queue, new.task, new.priority, new.lock, new.queueing_lock, new.args::jsonb, now() + new.delay
    )::procrastinate_job_to_defer_v1))
    from unnest(
        %(queues)s::text[], %(tasks)s::text[], %(priorities)s::integer[], %(locks)s::text[],
        %(queueing_locks)s::text[], %(args)s::text[], %(delays)s::interval[]
    ) as new(queue, task, priority, lock, queueing_lock, args, delay)
    where not exists (
        select from procrastinate_jobs as known
        where known.queueing_lock = new.queueing_lock and known.status = 'todo'
    )
    having count(*) > 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a task, for the queue: at most one with the same name waits there."""

    task: str
    account: str
    attempt: int | None = None
    """Whose files are to be fetched."""
    delay: timedelta = timedelta()

    @property
    def name(self) -> str:
        """What is never in the queue twice."""
        return f"{self.task}:{self.account if self.attempt is None else self.attempt}"


def queue_of(task: str, account: str) -> str:
    """Name the queue of a lane: workers with an account's key alone can work for it."""
    return f"{task}:{account}"


async def enqueue(connection: AsyncConnection, calls: Iterable[Call]) -> None:
    """Put calls in the queue within the connection's transaction; what waits there already stays."""
    new = list(calls)
    if not new:
        return
    given = {
        "queues": [queue_of(one.task, one.account) for one in new],
        "tasks": [one.task for one in new],
        "priorities": [0 for _ in new],
        "locks": [one.name if one.task == SUBMIT else None for one in new],
        "queueing_locks": [one.name for one in new],
        "args": [_args(one) for one in new],
        "delays": [one.delay for one in new],
    }
    try:
        async with connection.transaction():  # a savepoint: who loses a race loses nothing else
            await connection.execute(_DEFER, given)
    except UniqueViolation:
        return  # somebody else has just done it; what else was in here the janitor finds


def _args(call: Call) -> str:
    given = {"account": call.account} if call.attempt is None else {"attempt": call.attempt}
    return orjson.dumps(given).decode()
