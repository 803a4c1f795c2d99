"""Where a run takes place: the real API, or the simulated one in the same process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from sora2batch.app.connection import find_access
from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock, SystemClock, from_timestamp
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.reconcile.inquire import LedgerApi
from sora2batch.run.folder import Fetcher
from sora2batch.run.port import VideoApi
from sora2batch.sjinn.answer import Account, LedgerReading, NotSent, StatusAnswer, Unreadable
from sora2batch.sjinn.api_error import ApiError
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.downloader import Downloader
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey, load_key

if TYPE_CHECKING:
    from sora2batch.simulator.options import EarlierTask

_SPEED = 60.0
_SHORTEST_POLL_SECONDS = 0.05


class BackendApi(VideoApi, LedgerApi, Protocol):
    """The API with its books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a run talks to."""

    api: BackendApi
    fetcher: Fetcher
    clock: Clock
    """The API's own time, as far as it has told it."""
    host: str | None = None
    """The API's host; None for the simulator, whose tasks are known to nobody else."""
    speed: float = 1.0
    """How many times faster than in reality generations go by."""

    def hasten(self, options: RunOptions) -> RunOptions:
        """Ask as often, measured by how long a generation takes here."""
        return replace(options, poll_interval=max(_SHORTEST_POLL_SECONDS, options.poll_interval / self.speed))


@asynccontextmanager
async def real_backend(environ: Mapping[str, str], clock: Clock | None = None) -> AsyncIterator[Backend]:
    """Open the real API; the key is required. It goes by *clock* until an answer tells it the time.

    Raises:
        UsageError: there is no key, or it must not travel there.
    """
    access = find_access(environ)
    async with access.open_client(clock) as api, Downloader(clock=api.clock, key=access.key) as fetcher:
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
        async with access.open_client() as api:
            yield Backend(api=api, fetcher=fetcher, clock=api.clock, host=access.endpoint.host)


@asynccontextmanager
async def simulated_backend(catalog: Catalog, lockfile: Lockfile) -> AsyncIterator[Backend]:
    """Start a simulator that remembers the tasks of earlier simulated runs."""
    from sora2batch.simulator.options import SimulatorOptions  # noqa: PLC0415  # it loads PyAV
    from sora2batch.simulator.serve import simulator  # noqa: PLC0415

    earlier = _earlier_tasks(lockfile)
    options = SimulatorOptions(speed=_SPEED, seed=len(lockfile.task_ids()), earlier=earlier)
    clock = SystemClock()
    async with simulator(options, catalog) as running:
        key = ApiKey(f"simulated-{token_hex(16)}")  # no word of any text, for the key is cut out of texts
        client = SjinnClient(Endpoint.parse(running.url), key, clock=clock)
        async with client as api, Downloader(clock=clock) as fetcher:
            yield Backend(api=api, fetcher=fetcher, clock=api.clock, speed=_SPEED)


def _earlier_tasks(lockfile: Lockfile) -> tuple[EarlierTask, ...]:
    from sora2batch.simulator.options import EarlierTask  # noqa: PLC0415

    return tuple(
        EarlierTask(
            task_id=attempt.task_id,
            tool_type=entry.tool_type,
            request=entry.input,
            credits=attempt.credits,
            created=from_timestamp(attempt.submitted_at),
            finished=from_timestamp(attempt.finished_at) if attempt.finished_at else None,
        )
        for entry in lockfile.entries.values()
        for attempt in entry.attempts
        if attempt.task_id and attempt.submitted_at and attempt.state in {State.SUBMITTED, State.COMPLETED}
    )


class NoApi:
    """Stands in for the API where there is no key: it knows nothing and sends nothing."""

    silence = None

    async def create(self, _tool_type: str, _request: JsonObject, /) -> NotSent:
        """Send nothing."""
        return NotSent("there is no API key")

    async def status(self, _task_id: str, /) -> StatusAnswer:
        """Ask nothing."""
        return Unreadable("there is no API key to renew its URL with")

    async def ledger(self, *, since: datetime, looking_for: Collection[str] = ()) -> LedgerReading:
        """Read nothing."""
        del since, looking_for
        return LedgerReading(records=(), is_timed=False)

    async def account(self) -> Account:
        """Ask nothing.

        Raises:
            ApiError: always.
        """
        raise ApiError("there is no API key")
