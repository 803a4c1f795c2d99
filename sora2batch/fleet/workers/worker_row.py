"""A worker's own row: that it lives, who may take over what it leaves, and when it said goodbye."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sora2batch import __version__
from sora2batch.fleet.database.database import Database
from sora2batch.ground.errors import ExitCode, Sora2BatchError

_REGISTER = """
    with known as (insert into account (name) values (%(account)s) on conflict do nothing)
    insert into worker (account, host, pid, lanes, version)
    values (%(account)s, %(host)s, %(pid)s, %(lanes)s, %(version)s)
    returning id
"""
_BEAT = """
    update worker set beat_at = clock_timestamp(), ended_at = null where id = %s returning clock_timestamp()
"""
_END = "update worker set ended_at = clock_timestamp() where id = %s"
_GONE = """
    select id from unnest(%(ids)s::bigint[]) as folder(id)
    where not exists (
        select from worker
        where worker.id = folder.id and ended_at is null and beat_at >= now() - %(dead)s::interval
    )
"""


async def register(database: Database, account: str, lanes: Sequence[str]) -> int:
    """Write down that a worker begins; hand out its id."""
    async with database.transaction() as connection:
        given = {
            "account": account,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "lanes": list(lanes),
            "version": __version__,
        }
        found = await (await connection.execute(_REGISTER, given)).fetchone()
    assert found, "an insert returns its row"
    worker: int = found[0]
    return worker


async def beat(database: Database, worker: int) -> timedelta:
    """Give a sign of life; tell how far the database's clock is ahead of ours.

    Raises:
        LostRowError: nobody knows this worker: the database is another one, or an older copy.
    """
    async with database.transaction() as connection:
        found = await (await connection.execute(_BEAT, (worker,))).fetchone()
    if found is None:
        raise LostRowError(worker)
    moment: datetime = found[0]
    return moment - datetime.now(UTC)


async def say_goodbye(database: Database, worker: int) -> None:
    """Write down that a worker has ended, and left nothing."""
    async with database.transaction() as connection:
        await connection.execute(_END, (worker,))


async def gone(database: Database, workers: Sequence[int], dead: timedelta) -> frozenset[int]:
    """Tell which of some workers have ended, or are dead."""
    async with database.transaction() as connection:
        rows = await (await connection.execute(_GONE, {"ids": list(workers), "dead": dead})).fetchall()
    return frozenset(row[0] for row in rows)


class LostRowError(Sora2BatchError):
    """The row of a living worker is not there."""

    exit_code = ExitCode.OPEN

    def __init__(self, worker: int) -> None:
        message = f"the database does not know worker {worker}: it is another one, or an older copy"
        super().__init__(message, hint="start the worker again")
