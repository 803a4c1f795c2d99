"""Databases of a fleet on the tests' own PostgreSQL: set up, and with connections to them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sora2batch.fleet.database.database import Database, open_database
from sora2batch.fleet.database.migrations import migrate
from sora2batch.fleet.database.queue_url import QueueUrl


async def opened(url: str, *, patience_seconds: float = 10.0) -> Database:
    """Open a database as the program does; to be closed."""
    return await open_database(QueueUrl.parse(url), name="test", patience_seconds=patience_seconds)


def set_up(url: str) -> None:
    """Make all tables of a fleet; also where an event loop runs."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _set_up(url)).result()


async def _set_up(url: str) -> None:
    async with await opened(url) as database:
        await migrate(database)
