"""A PostgreSQL that syncs as a real one does, with the tables of a fleet and rows to measure with.

The server is the tests' own (tests/fakes/postgres.py).
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from psycopg import AsyncConnection

from sora2batch.fleet.database.database import Database, open_database
from sora2batch.fleet.database.migrations import migrate
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits, Job, fingerprint_of

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from fakes.postgres import postgres_server

ACCOUNT = "api.example/benchmark"
TOOL = "sora2-text-to-video-api"
_PRICE = Credits(420)
_SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "1min",
}
_BYTES = """
    select sum(pg_total_relation_size(name::regclass))
    from unnest(array['job', 'attempt', 'procrastinate_jobs', 'procrastinate_events']) as name
"""


class Server(NamedTuple):
    """A server that runs."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Tell how long all of its processes were busy, those that have ended as well."""
        process = psutil.Process(self.pid)
        times = process.cpu_times()
        living = (child.cpu_times() for child in process.children(recursive=True))
        return float(
            times.user
            + times.system
            + times.children_user
            + times.children_system
            + sum(one.user + one.system for one in living)
        )


@contextmanager
def fleet_server() -> Iterator[Server]:
    """Run a server while the block lasts."""
    with postgres_server(**_SETTINGS) as server:
        yield Server(server.new_database(name="fleet"), server.pid)


@asynccontextmanager
async def fleet_database(server: Server) -> AsyncIterator[Database]:
    """Connect, and make the tables that there are not."""
    async with await open_database(QueueUrl.parse(server.url), name="benchmark") as database:
        await migrate(database)
        yield database


async def bytes_of_rows(database: Database) -> int:
    """Weigh jobs, attempts and the engine's own rows, with their indexes."""
    async with database.transaction() as connection:
        row = await (await connection.execute(_BYTES)).fetchone()
    assert row is not None
    return int(row[0])


class CountingDatabase:
    """A database that counts what it is asked; what comes before and after a transaction is not in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.pool = database.pool
        self.url = database.url
        self.statements = 0
        self.transactions = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection[Any]]:
        """Lend a connection as the database itself does."""
        async with self._database.transaction() as connection:
            self.transactions += 1
            yield _Counting(connection, self)  # type: ignore[misc]


class _Counting:
    def __init__(self, connection: AsyncConnection[Any], counts: CountingDatabase) -> None:
        self._connection = connection
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, *given: Any) -> Any:
        self._counts.statements += 1
        return await self._connection.execute(*given)


def job_of(number: int) -> Job:
    """Make a job as a manifest would."""
    prompt = f"a red fox {number}, dolly in, at dawn, calm, in the snow. Aurora campaign."
    input: JsonObject = {"prompt": prompt, "mode": "std", "duration": 10, "aspect_ratio": "16:9"}
    return Job(
        key=f"hero/fox-{number}",
        group="hero",
        labels=(("subject", f"fox-{number}"),),
        tool_type=TOOL,
        take=1,
        input=input,
        fingerprint=fingerprint_of(TOOL, input, 1),
        credits=_PRICE,
        filename=f"hero/fox-{number}",
    )
