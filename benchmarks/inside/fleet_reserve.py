"""Jobs reserved for workers, all of them in one transaction.

Arguments: jobs, rounds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from benchmarks.inside.fleet_ground import ACCOUNT, bytes_of_rows, fleet_database, fleet_server, job_of
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import WantedJob, reserve
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions


async def main() -> None:
    """Reserve the same jobs for one manifest after the other, after one round that does not count."""
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    wanted = [WantedJob(job=job_of(number)) for number in range(count)]
    seconds, busy = [], []
    with fleet_server() as server:
        async with fleet_database(server) as database:
            for at in range(rounds + 1):
                before, began = server.cpu_seconds(), time.perf_counter()
                async with database.transaction() as connection:
                    reserved = await reserve(connection, _terms(at), wanted, ())
                seconds.append(time.perf_counter() - began)
                busy.append(server.cpu_seconds() - before)
                assert reserved.jobs == count
            weight = await bytes_of_rows(database)
    print(json.dumps({"seconds": seconds[1:], "cpu": busy[1:], "bytes": weight / count / (rounds + 1)}))


def _terms(at: int) -> BatchTerms:
    return BatchTerms(
        aliases=("root:benchmark",),
        manifest=f"batch-{at}.yaml",
        account=ACCOUNT,
        budget=Credits(10**12),
        options=RunOptions(),
    )


if __name__ == "__main__":
    asyncio.run(main())
