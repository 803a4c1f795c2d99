"""What `doctor` finds out about the database of a fleet: there, set up, and somebody works."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sora2batch.app.checks.check import Check
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.fleet_overview import FleetOverview, look_at_fleet
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import counted


def check_queue() -> Iterator[Check]:
    """Look at the database that is configured."""
    try:
        queue = find_queue()
        overview = run_loop(partial(_look, queue))
    except Sora2BatchError as error:
        yield Check.failed("queue", error)
        return
    yield Check.fine("queue", f"{queue}: set up for this version")
    alive = sum(one.is_alive for one in overview.workers)
    if alive:
        yield Check.fine("workers", f"{counted(alive, 'worker')} alive")
    else:
        yield Check.note("workers", "none is alive: `sora2batch worker` starts one")


async def _look(queue: QueueUrl) -> FleetOverview:
    async with (
        connected(queue, "doctor", most_connections=1) as database,
        database.transaction() as connection,
    ):
        return await look_at_fleet(connection, ())
