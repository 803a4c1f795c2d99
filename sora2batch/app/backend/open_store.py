"""The store of a batch, opened; loads the network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.chosen_store import STORE_VARIABLE
from sora2batch.ground.errors import UsageError
from sora2batch.store.content_store import ContentStore
from sora2batch.store.make import open_store
from sora2batch.store.store_location import parse_location


@asynccontextmanager
async def batch_store(batch: Batch, environ: Mapping[str, str]) -> AsyncIterator[ContentStore | None]:
    """Open the store that a batch uses; None where it has none, or must not touch it.

    Raises:
        UsageError: it cannot be opened; nothing was sent.
    """
    chosen = batch.store
    if chosen is None:
        yield None
        return
    location = parse_location(chosen.url, public_url=chosen.public_url)
    async with open_store(location, environ) as store:
        # Where the server is was only guessed before, by the environment.
        yield store if store.is_loopback or not batch.simulated else None


@asynccontextmanager
async def required_store(batch: Batch, environ: Mapping[str, str]) -> AsyncIterator[ContentStore]:
    """Open the store that a command is about.

    Raises:
        UsageError: there is none, or it cannot be opened.
    """
    async with batch_store(batch, environ) as store:
        if store is None:
            raise _no_store(batch)
        yield store


def _no_store(batch: Batch) -> UsageError:
    if batch.untouched_store:
        return UsageError(
            f"{batch.manifest.file}: what is simulated does not touch {batch.untouched_store}",
            hint="for a trial name a store on this machine: SORA2BATCH_STORE=file:///tmp/media",
        )
    return UsageError(
        f"{batch.manifest.file}: no store is configured",
        hint=f"write `store: {{url: s3://bucket/prefix}}` into the manifest, or set {STORE_VARIABLE}",
    )
