"""Transactions done again: what only this process knows, until it is written; others where it was busy."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg import AsyncConnection

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.database.fleet_error import BusyError, PassingError

_T = TypeVar("_T")
_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 10.0
_MOST_TRIES = 5


async def insist(
    database: Database,
    step: Callable[[AsyncConnection], Awaitable[_T]],
    what: str,
    on_trouble: Callable[[str], None],
) -> _T:
    """Do a step in a transaction of its own, as often as it takes.

    Args:
        database: where.
        step: what is written; it may be done twice.
        what: the same in words; it is told once where it cannot be written yet, or is cut off before it was.
        on_trouble: is told.

    Raises:
        FleetError: the database refuses it for good.
    """
    seconds, is_told = _FIRST_WAIT_SECONDS, False
    try:
        while True:
            try:
                async with database.transaction() as connection:
                    return await step(connection)
            except PassingError as error:
                if not is_told:
                    on_trouble(f"{what}: not written yet, tried again until it is: {error.message}")
                is_told = True
            await asyncio.sleep(seconds)
            seconds = min(2 * seconds, _LONGEST_WAIT_SECONDS)
    except asyncio.CancelledError:
        if not is_told:
            on_trouble(f"{what}: whether that was written is not known")
        raise


async def again_where_busy(database: Database, step: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
    """Do a step in a transaction of its own; where it waited for others who waited for it, some times more.

    Raises:
        FleetError: the database does not answer, or refused.
    """
    for _ in range(_MOST_TRIES - 1):
        try:
            async with database.transaction() as connection:
                return await step(connection)
        except BusyError:
            await asyncio.sleep(_FIRST_WAIT_SECONDS * random.random())  # noqa: S311  # no secret
    async with database.transaction() as connection:
        return await step(connection)
