"""The way to the database of the fleet that this machine belongs to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sora2batch.app.config.settings import configured_queue
from sora2batch.fleet.database.database import MOST_CONNECTIONS, Database, open_database
from sora2batch.fleet.database.migrations import require_schema
from sora2batch.fleet.database.queue_url import FORM, QUEUE_VARIABLE, QueueUrl
from sora2batch.ground.errors import UsageError


def find_queue(environ: Mapping[str, str] = os.environ) -> QueueUrl:
    """Look up where the database is.

    Raises:
        UsageError: nobody has said, or it cannot be meant.
    """
    queue = configured_queue(environ)
    if queue is None:
        raise UsageError(
            "no queue: this call has to ask the database of a fleet", hint=f"set {QUEUE_VARIABLE} to {FORM}"
        )
    return queue


@asynccontextmanager
async def connected(
    queue: QueueUrl, name: str, *, most_connections: int = MOST_CONNECTIONS
) -> AsyncIterator[Database]:
    """Connect to a database that is set up for this program, for as long as the block lasts.

    Args:
        queue: where it is.
        name: what the connections are for: ``worker``.
        most_connections: how many there may be at once.

    Raises:
        FleetError: no connection can be made, or the tables are not there or not those of this program.
    """
    async with await open_database(queue, name=name, most_connections=most_connections) as database:
        await require_schema(database)
        yield database
