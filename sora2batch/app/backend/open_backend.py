"""A run's backend opened: the real API, what a download needs of it, or the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.backend import Backend, NoApi
from sora2batch.app.backend.connection import find_access
from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.lockfile.content import Lockfile
from sora2batch.sjinn.downloader import Downloader
from sora2batch.sjinn.secret import load_key


@asynccontextmanager
async def real_backend(environ: Mapping[str, str], clock: Clock | None = None) -> AsyncIterator[Backend]:
    """Open the real API; the key is required. It goes by *clock* until an answer tells it the time.

    Raises:
        UsageError: there is no key, or it must not travel there.
    """
    access = find_access(environ)
    async with open_client(access, clock) as api, Downloader(clock=api.clock, key=access.key) as fetcher:
        yield Backend(api=api, fetcher=fetcher, clock=api.clock, host=access.endpoint.host)


@asynccontextmanager
async def download_backend(environ: Mapping[str, str]) -> AsyncIterator[Backend]:
    """Open what a download needs: URLs may still work without a key; with one they can be renewed."""
    key = load_key(environ)
    async with Downloader(clock=SystemClock(), key=key) as fetcher:
        if key is None:
            yield Backend(api=NoApi(), fetcher=fetcher, clock=SystemClock())
            return
        access = find_access(environ)
        async with open_client(access) as api:
            yield Backend(api=api, fetcher=fetcher, clock=api.clock, host=access.endpoint.host)


def simulated_backend(
    catalog: Catalog,
    lockfile: Lockfile,
    files: Mapping[str, Path],
    tell: Callable[[str], None] = lambda _: None,
) -> AbstractAsyncContextManager[Backend]:
    """Start a simulator that remembers the tasks of earlier simulated runs, and finds these files by hash."""
    from sora2batch.app.backend.simulation import open_simulation  # noqa: PLC0415  # loads PyAV and Pillow

    return open_simulation(catalog, lockfile, files, tell)
