"""A simulator in the same process, as the backend of a simulated run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

from sora2batch.app.backend.backend import Backend
from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.clock import SystemClock, with_margin
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import State
from sora2batch.simulator.options import EarlierTask, SimulatorOptions
from sora2batch.simulator.serve import simulator
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.downloader import Downloader
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey

SPEED = 60.0
"""How many times faster than in reality generations go by."""


@asynccontextmanager
async def open_simulation(
    catalog: Catalog, lockfile: Lockfile, files: Mapping[str, Path], tell: Callable[[str], None]
) -> AsyncIterator[Backend]:
    """Start a simulator that remembers the tasks of earlier simulated runs, and finds these files by hash."""
    earlier = _earlier_tasks(lockfile)
    options = SimulatorOptions(
        speed=SPEED,
        seed=len(lockfile.task_ids()),
        earlier=earlier,
        inputs=_FilesByContent(files),
        tell=tell,
    )
    clock = SystemClock()
    async with simulator(options, catalog) as running:
        key = ApiKey(f"simulated-{token_hex(16)}")  # no word of any text, for the key is cut out of texts
        client = SjinnClient(Endpoint.parse(running.url), key, clock=clock)
        async with client as api, Downloader(clock=clock) as fetcher:
            yield Backend(api=api, fetcher=fetcher, clock=api.clock, input_url=running.input_url, speed=SPEED)


class _FilesByContent:
    """The files that the manifest's jobs send."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def path_of(self, sha256: str, /) -> Path | None:
        """Tell where a file of this content lies."""
        return self._files.get(sha256)


def _earlier_tasks(lockfile: Lockfile) -> tuple[EarlierTask, ...]:
    return tuple(
        EarlierTask(
            task_id=attempt.task_id,
            tool_type=entry.tool_type,
            input=entry.input,
            credits=attempt.credits,
            created=created,
            finished=with_margin(attempt.finished),
        )
        for entry in lockfile.entries.values()
        for attempt in entry.attempts
        if attempt.task_id and attempt.state in {State.SUBMITTED, State.COMPLETED}
        if (created := with_margin(attempt.submitted))
    )
