"""Fold the journal into the lockfile while a run lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.run.event import Listener, Warned

_SECONDS = 9.0
"""The contract says at least every 10 s."""


class Store(Protocol):
    """Who can write the lockfile."""

    async def checkpoint(self) -> None:
        """Write the lockfile if it would differ.

        Raises:
            Sora2BatchError: it could not be written; the journal still has everything.
        """
        ...


@asynccontextmanager
async def regular_checkpoints(store: Store, listener: Listener) -> AsyncIterator[None]:
    """Checkpoint now and then while the block lasts; trouble is told, and tried again later."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_checkpoint_forever(store, listener))
        try:
            yield
        finally:
            task.cancel()


async def _checkpoint_forever(store: Store, listener: Listener) -> None:
    while True:
        await asyncio.sleep(_SECONDS)
        try:
            await store.checkpoint()
        except Sora2BatchError as error:
            listener(Warned(message=f"{error.message}; the journal keeps everything meanwhile"))
