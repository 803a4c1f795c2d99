"""What a run needs from the outside; ``app`` passes the real things in, tests pass fakes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import Clock
from sora2batch.ground.deadline import Deadline
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.lockfile.entry import Attempt, Entry, Seen
from sora2batch.manifest.model import RunOptions
from sora2batch.run.attempt_store import AttemptStore
from sora2batch.run.create_lane import CreateLane
from sora2batch.run.entries import ApiIdentity, next_intent
from sora2batch.run.event import Listener
from sora2batch.run.input_urls import InputUrls, NoInputUrls
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.stop_signal import StopSignal
from sora2batch.sjinn.answer import CreateOutcome, LedgerReading, StatusAnswer


class VideoApi(Protocol):
    """The generation API, as typed answers."""

    @property
    def silence(self) -> str | None:
        """Why nothing at all has come back so far; None once anything has, or where nothing was asked."""
        ...

    async def create(
        self, tool_type: str, input: JsonObject, /, *, until: Deadline | None = None
    ) -> CreateOutcome:
        """Make a paid task, if the call begins in time. If this is cancelled, it may have been charged."""
        ...

    async def status(self, task_id: str, /) -> StatusAnswer:
        """Ask how a task is doing; costs nothing."""
        ...

    async def ledger(self, *, since: datetime, looking_for: Collection[str] = ()) -> LedgerReading:
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

    def owner_of(self, task_id: str, /) -> Entry | None:
        """Find the job that has a task already; None for a task that nobody knows."""
        ...

    async def record(self, entry: Entry, /) -> None:
        """Keep one attempt of a job; it is on disk when this returns.

        Raises:
            Sora2BatchError: the disk did not take it.
        """
        ...


class OnFailure(Enum):
    """What one failed or rejected job means for those not submitted yet; several may always be too many."""

    GO_ON = auto()
    STOP_SUBMITTING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitContext:
    """What it takes to submit the jobs of one batch."""

    api: VideoApi
    attempts: AttemptStore
    listener: Listener
    clock: Clock
    options: RunOptions
    stop_signal: StopSignal
    concurrency_limit: ConcurrencyLimit
    lane: CreateLane
    input_urls: InputUrls = field(default_factory=NoInputUrls)
    api_identity: ApiIdentity = field(default_factory=ApiIdentity)
    on_failure: OnFailure = OnFailure.GO_ON
    seen_inputs: Mapping[Fingerprint, Seen] = field(default_factory=dict)
    """What a look at the URLs of jobs has found; jobs that nobody looked at are missing."""

    @property
    def stop_after(self) -> int:
        """How many jobs in a row may come to the same bad end."""
        return 1 if self.on_failure is OnFailure.STOP_SUBMITTING else self.options.stop_after

    def next_intent(self, job: Job, *, moment: str) -> Attempt:
        """Begin a new attempt at a job; nothing is recorded or sent."""
        known, seen = self.attempts.known(job.fingerprint), self.seen_inputs.get(job.fingerprint, ())
        return next_intent(job, known, self.api_identity, moment=moment, seen=seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext(SubmitContext):
    """What all parts of one run share."""

    recorder: Recorder
