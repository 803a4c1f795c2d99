"""Where a run takes place: the real API, or the simulated one in the same process."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.ground.deadline import Deadline
from sora2batch.manifest.model import RunOptions
from sora2batch.reconcile.ledger_check import LedgerApi
from sora2batch.run.folder import Fetcher
from sora2batch.run.port import VideoApi
from sora2batch.sjinn.answer import Account, LedgerReading, NotSent, StatusAnswer, Unreadable
from sora2batch.sjinn.api_error import ApiError

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
    input_url: Callable[[str], str] | None = None
    """The simulator's address of a file of the user's own, by its name there: ``HEX.jpg``; else None."""
    speed: float = 1.0
    """How many times faster than in reality generations go by."""

    def hasten(self, options: RunOptions) -> RunOptions:
        """Ask as often, measured by how long a generation takes here."""
        return replace(options, poll_interval=max(_SHORTEST_POLL_SECONDS, options.poll_interval / self.speed))


class NoApi:
    """Stands in for the API where there is no key: it knows nothing and sends nothing."""

    silence = None

    async def create(
        self, _tool_type: str, _request: JsonObject, /, *, until: Deadline | None = None
    ) -> NotSent:
        """Send nothing."""
        del until
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
