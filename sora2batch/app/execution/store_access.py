"""The user's own store, as the download stage and what comes after it use it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from sora2batch.app.backend.open_store import batch_store
from sora2batch.app.batch.batch import Batch
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.run.circuit_breaker import CircuitBreaker
from sora2batch.run.event import Listener, Warned
from sora2batch.run.stages import Stages
from sora2batch.run.store_stage import Destination
from sora2batch.run.stored_files import StoredFiles, StoredSource


class StoreAccess(NamedTuple):
    """Where missing files are looked for first, and where results go besides."""

    source: StoredSource | None = None
    destination: Destination | None = None


@asynccontextmanager
async def store_access(
    batch: Batch, stages: Stages, listener: Listener, *, is_told: bool = True
) -> AsyncIterator[StoreAccess]:
    """Open a batch's store, if it has one; one that is only read from may fail.

    Args:
        batch: whose.
        stages: what the call wants.
        listener: who hears of failures.
        is_told: whether a line says of a file from there that it is there.

    Raises:
        UsageError: results are to go there, and it cannot be opened; nothing was sent.
    """
    if Stages.DOWNLOAD not in stages or batch.store is None:
        yield StoreAccess()
        return
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(batch_store(batch, os.environ))
        except Sora2BatchError as error:
            if Stages.STORE in stages:
                raise
            listener(Warned(message=f"{error.sentence}; files come from the API"))
            store = None
        yield (
            StoreAccess() if store is None else _access(StoredFiles(store), batch, listener, is_told=is_told)
        )


def _access(files: StoredFiles, batch: Batch, listener: Listener, *, is_told: bool) -> StoreAccess:
    later = f"the files stay in {batch.output_dir}: the next run, or `sora2batch push`, tries again"
    return StoreAccess(
        source=StoredSource(
            files, CircuitBreaker(listener, consequence="files come from the API instead"), is_told=is_told
        ),
        destination=Destination(files, batch.artifacts, CircuitBreaker(listener, consequence=later)),
    )
