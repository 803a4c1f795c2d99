"""Real workers carry jobs out, from the reservation to the file in the store.

Arguments: folder, URL of the API, workers, jobs, create calls at once, whether there is a store.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

import psutil

from benchmarks.inside.fleet_ground import Server, fleet_database, fleet_server, job_of
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import WantedJob, reserve
from sora2batch.fleet.database.database import Database
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions

_LOOK_SECONDS = 0.05
_MOST_OPEN = 10_000
_ACCOUNT = "select account from worker where ended_at is null group by account having count(*) = %s"
_NOT_LOOKED_AT = "update batch set options = options || '{\"check\": false}'"
_LEFT = """
    select count(*) from attempt
    where state in ('reserved', 'sending', 'submitted') or state = 'completed' and media = 'todo'
"""
_SENT = "select count(*) from attempt where state in ('reserved', 'sending')"
_ENDS = "select state, media, count(*) from attempt group by 1, 2"


async def main() -> None:
    """Start workers first, as they would be there."""
    folder, api, workers, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    store = (folder / "store").as_uri() if sys.argv[6] == "store" else None
    (folder / "store").mkdir(exist_ok=True)
    options = RunOptions(concurrency=_MOST_OPEN, submit_concurrency=int(sys.argv[5]), poll_interval=1.0)
    with fleet_server() as server:
        async with fleet_database(server) as database:
            with _workers(workers, server, api, folder) as processes:
                account = await _account(database, workers)
                terms = BatchTerms(
                    aliases=("root:benchmark",),
                    manifest="batch.yaml",
                    account=account,
                    budget=Credits(10**12),
                    options=options,
                    store_url=store,
                )
                busy, used, began = server.cpu_seconds(), _busy(processes), time.perf_counter()
                async with database.transaction() as connection:
                    await reserve(connection, terms, [WantedJob(job=job_of(at)) for at in range(count)], ())
                    await connection.execute(_NOT_LOOKED_AT)
                reserved = time.perf_counter() - began
                await _none(database, _SENT)
                sent = time.perf_counter() - began
                await _none(database, _LEFT)
                found = {
                    "reserved": reserved,
                    "sent": sent,
                    "seconds": time.perf_counter() - began,
                    "database": server.cpu_seconds() - busy,
                    "workers": _busy(processes) - used,
                }
            async with database.transaction() as connection:
                ends = await (await connection.execute(_ENDS)).fetchall()
    assert ends == [("completed", "done" if store else None, count)], ends
    print(json.dumps(found))


@contextmanager
def _workers(count: int, server: Server, api: str, folder: Path) -> Iterator[list[psutil.Process]]:
    environ = {
        **os.environ,
        "SORA2BATCH_QUEUE": server.url,
        "SORA2BATCH_API_URL": api,
        "SJINN_API_KEY": "benchmark",
        "SORA2BATCH_CACHE_DIR": str(folder / "cache"),
    }
    processes = [
        Popen([sys.executable, "-m", "sora2batch", "worker", "-q"], env=environ, stdout=DEVNULL, cwd=folder)
        for _ in range(count)
    ]
    try:
        yield [psutil.Process(one.pid) for one in processes]
    finally:
        for one in processes:
            one.terminate()
        for one in processes:
            one.wait()


async def _account(database: Database, workers: int) -> str:
    """Wait until all workers are there; tell for whom they work."""
    while True:
        async with database.transaction() as connection:
            row = await (await connection.execute(_ACCOUNT, (workers,))).fetchone()
        if row:
            return str(row[0])
        await asyncio.sleep(_LOOK_SECONDS)


async def _none(database: Database, query: str) -> None:
    """Wait until a count is 0."""
    while True:
        async with database.transaction() as connection:
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        if not row[0]:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _busy(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return float(sum(one.user + one.system for one in times))


if __name__ == "__main__":
    asyncio.run(main())
