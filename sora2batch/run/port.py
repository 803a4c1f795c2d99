"""What a run needs from the outside; ``cli`` passes the real things in, tests pass fakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from sora2batch.canonical import JsonObject
from sora2batch.clock import Clock
from sora2batch.job import Fingerprint
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.model import RunOptions
from sora2batch.run.brake import Brake
from sora2batch.run.event import Listener
from sora2batch.run.pace import Pause, Slots
from sora2batch.run.purse import Purse
from sora2batch.sjinn.answer import CreateOutcome, LedgerRecord, StatusAnswer


class VideoApi(Protocol):
    """The generation API, as typed answers."""

    @property
    def silence(self) -> str | None:
        """Why nothing at all has come back so far; None once anything has, or where nothing was asked."""
        ...

    async def create(self, tool_type: str, request: JsonObject, /) -> CreateOutcome:
        """Make a paid task. If this is cancelled, the call may have been charged."""
        ...

    async def status(self, task_id: str, /) -> StatusAnswer:
        """Ask how a task is doing; costs nothing."""
        ...

    async def ledger(
        self, *, tool_type: str | None, since: datetime, looking_for: Collection[str] = ()
    ) -> Sequence[LedgerRecord]:
        """Read the charges since a moment; where tasks are looked for, perhaps no more once all are found.

        Raises:
            ApiError: the ledger cannot be read to its end.
            KeyRefusedError: the API refused the key.
        """
        ...


class Recorder(Protocol):
    """Where results are kept."""

    def entry(self, fingerprint: Fingerprint, /) -> Entry | None:
        """Look a job up."""
        ...

    async def record(self, entry: Entry, /) -> None:
        """Keep one attempt of a job; it is on disk when this returns.

        Raises:
            Sora2BatchError: the disk did not take it.
        """
        ...


class OnFailure(Enum):
    """What a failed or rejected job means for those not submitted yet."""

    GO_ON = auto()
    STOP_SUBMITTING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all parts of one run share."""

    api: VideoApi
    recorder: Recorder
    listener: Listener
    clock: Clock
    options: RunOptions
    purse: Purse
    brake: Brake
    slots: Slots
    pause: Pause
    on_failure: OnFailure = OnFailure.GO_ON
