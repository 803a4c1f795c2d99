"""Many open tasks asked about by one worker's lane: statements, and how busy the database is.

Arguments: tasks. First all go on, then all end.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from psycopg import AsyncConnection

from benchmarks.inside.fleet_ground import (
    ACCOUNT,
    CountingDatabase,
    Server,
    bytes_of_rows,
    fleet_database,
    fleet_server,
    job_of,
)
from sora2batch.fleet.clients.batch_terms import BatchTerms, find_or_make_batch
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.tables.attempt_row import line_of
from sora2batch.fleet.tables.job_row import input_text
from sora2batch.fleet.workers.open_stores import OpenStores
from sora2batch.fleet.workers.poll_lane import PollLane
from sora2batch.fleet.workers.worker_context import WorkerContext
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.manifest.model import RunOptions
from sora2batch.run.entries import ApiIdentity
from sora2batch.sjinn.answer import Finished, StatusAnswer, Working

_INTERVAL_SECONDS = 3600.0
"""So that each is asked once."""
_JOBS = "copy job (batch, fingerprint, key, tool_type, take, input, credits, filename) from stdin"
_ATTEMPTS = """
    copy attempt (job, batch, account, state, credits, task_id, line, poll_due, poll_deadline) from stdin
"""


class Api:
    """Answers at once."""

    silence = None

    def __init__(self) -> None:
        self.is_done = False
        self.asked_all = asyncio.Event()
        self._left = 0

    def expect(self, questions: int) -> None:
        """Be asked so often, and no more."""
        self._left = questions
        self.asked_all.clear()

    async def status(self, task_id: str, /) -> StatusAnswer:
        """Say what it is told to."""
        self._left -= 1
        if not self._left:
            self.asked_all.set()
        return Finished((f"https://clips.example/{task_id}.mp4",)) if self.is_done else Working(0)


async def main() -> None:
    """Ask about each twice."""
    count = int(sys.argv[1])
    with fleet_server() as server:
        async with fleet_database(server) as database:
            batch = await _fill(database, count)
            api = Api()
            going_on = await _ask_all(database, server, api, count)
            async with database.transaction() as connection:
                await connection.execute("update attempt set poll_due = now() where batch = %s", (batch,))
            api.is_done = True
            ending = await _ask_all(database, server, api, count)
            weight = await bytes_of_rows(database)
    print(json.dumps({"going_on": going_on, "ending": ending, "bytes": weight / count}))


async def _fill(database: Database, count: int) -> int:
    terms = BatchTerms(
        aliases=("root:benchmark",),
        manifest="batch.yaml",
        account=ACCOUNT,
        budget=Credits(10**12),
        options=RunOptions(poll_interval=_INTERVAL_SECONDS),
    )
    async with database.transaction() as connection:
        batch = await find_or_make_batch(connection, terms)
        await _copy(connection, _JOBS, _job_rows(batch, count))
        ids = dict(
            await (
                await connection.execute("select fingerprint, id from job where batch = %s", (batch,))
            ).fetchall()
        )
        await _copy(connection, _ATTEMPTS, _attempt_rows(batch, count, ids))
    async with database.pool.connection() as connection:
        await connection.set_autocommit(True)
        await connection.execute("vacuum analyze")
        await connection.set_autocommit(False)
    return batch


async def _copy(connection: AsyncConnection[Any], statement: str, rows: Iterator[tuple[object, ...]]) -> None:
    async with connection.cursor().copy(statement.strip().encode()) as copy:
        for row in rows:
            await copy.write_row(row)


def _job_rows(batch: int, count: int) -> Iterator[tuple[object, ...]]:
    for job in map(job_of, range(count)):
        yield batch, job.fingerprint, job.key, job.tool_type, 1, input_text(job), job.credits, job.filename


def _attempt_rows(batch: int, count: int, ids: dict[str, int]) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        job, task_id = job_of(number), f"task-{number:08}"
        attempt = Attempt(
            state=State.SUBMITTED,
            credits=job.credits,
            task_id=task_id,
            submitted_at="2026-11-22T09:00:00Z",
        )
        line = line_of(job, attempt)
        row = ids[job.fingerprint], batch, ACCOUNT, "submitted", job.credits, task_id, line
        yield *row, "2026-01-01", "2100-01-01"


async def _ask_all(database: Database, server: Server, api: Api, count: int) -> dict[str, float]:
    """Run the lane until everything is asked and written down."""
    counting = CountingDatabase(database)
    lane = PollLane(_context(counting, api))
    api.expect(count)
    busy, ours, began = server.cpu_seconds(), _own_seconds(), time.perf_counter()
    running = asyncio.create_task(lane.run())
    await api.asked_all.wait()
    lane.stop()
    await running
    return {
        "seconds": time.perf_counter() - began,
        "asked": count,
        "statements": counting.statements,
        "database": server.cpu_seconds() - busy,
        "worker": _own_seconds() - ours,
    }


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _context(database: CountingDatabase, api: Api) -> WorkerContext:
    given: dict[str, object] = {
        "database": database,
        "account": ACCOUNT,
        "worker": 1,
        "api": api,
        "clock": SystemClock(),
        "identity": ApiIdentity(),
        "fetcher": None,
        "stores": OpenStores({}),
        "looking": None,
        "folder": Path(),
        "listener": lambda *_: None,
    }
    return WorkerContext(**cast("Any", given))


if __name__ == "__main__":
    asyncio.run(main())
