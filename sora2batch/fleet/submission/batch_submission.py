"""One batch as the create lane submits it: reservations go in, calls are made, what stops it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.fleet.submission.lane_state import BatchWork, ReservedJob
from sora2batch.ground.clock import Clock
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Seen
from sora2batch.run.create_lane import CreateLane
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Deferred, Event, InDoubt, Listener, Rejected, Submitted, heard_by
from sora2batch.run.input_urls import InputUrls
from sora2batch.run.job_queue import JobQueue
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.port import OnFailure, SubmitContext, VideoApi
from sora2batch.run.stop_signal import StopRequest, StopSignal
from sora2batch.run.submit import SubmitStage
from sora2batch.run.submit_rate import rate_limit

MOST_WAITING = 200
"""So many reservations are taken over at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionMeans:
    """What the submissions of one account share."""

    api: VideoApi
    clock: Clock
    identity: ApiIdentity
    lane: CreateLane
    listener: Listener


class BatchSubmission:
    """A submit stage that is fed with reservations as long as there are any."""

    def __init__(
        self, work: BatchWork, attempts: DatabaseAttempts, urls: InputUrls, means: SubmissionMeans
    ) -> None:
        options = work.batch.run_options
        self.batch = work.batch
        self._attempts = attempts
        self._ended = work.batch.ended
        self._limit = ConcurrencyLimit(options.concurrency)
        for _ in range(work.open_tasks):
            self._limit.occupy()
        self._stop_signal = StopSignal()
        self._seen: dict[Fingerprint, Seen] = {}
        self._held: dict[Fingerprint, int] = {}
        """The rows of jobs that wait in the queue, or that are being sent."""
        self._put_off: dict[Fingerprint, int] = {}
        self._queue = JobQueue((), is_open=True)
        context = SubmitContext(
            api=means.api,
            attempts=attempts,
            listener=heard_by(self._on_event, means.listener),
            clock=means.clock,
            options=options,
            stop_signal=self._stop_signal,
            concurrency_limit=self._limit,
            lane=replace(means.lane, rate=rate_limit(options.submit_rate)),
            input_urls=urls,
            api_identity=means.identity,
            on_failure=OnFailure.STOP_SUBMITTING if work.batch.fail_fast else OnFailure.GO_ON,
            seen_inputs=self._seen,
        )
        self._stage = SubmitStage(context, self._queue, lambda _: None)
        self.task: asyncio.Task[None] | None = None

    @property
    def held(self) -> list[int]:
        """The rows that it has taken over, or put off until the next lane."""
        return [*self._held.values(), *self._put_off.values()]

    @property
    def has_put_off(self) -> bool:
        """Whether a job could not be sent now that is still reserved."""
        return bool(self._put_off)

    @property
    def stops(self) -> tuple[StopRequest, ...]:
        """Why it has ended before everything was submitted."""
        return self._stop_signal.stops

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits in it, and nothing is being submitted."""
        return self._queue.is_idle

    @property
    def room(self) -> int:
        """How many more reservations it takes in now."""
        return 0 if self.stops else max(0, MOST_WAITING - len(self._queue.waiting))

    async def run(self) -> None:
        """Submit until it is closed and empty, or something stops it."""
        await self._stage.run()

    def offer(self, reserved: Sequence[ReservedJob]) -> None:
        """Take reservations over, in their order; one that waits already and is reserved anew waits once."""
        for row, reservation, known in reserved:
            job = row.job
            self._attempts.hold(job, reservation, known, expected_seconds=row.expected_seconds)
            is_new = job.fingerprint not in self._held
            self._held[job.fingerprint] = reservation.attempt
            if row.seen:
                self._seen[job.fingerprint] = tuple(sorted((key, str(one)) for key, one in row.seen.items()))
            if is_new:
                self._queue.add(job)

    def note_ended(self, ended: int) -> None:
        """Learn from the batch's row how many tasks have ended: others may be created in their place."""
        for _ in range(ended - self._ended):
            if self._limit.open:
                self._limit.free()
        self._ended = max(ended, self._ended)

    def stop(self, reason: StopReason, message: str) -> None:
        """Begin no other call; those under way are waited for."""
        self._stop_signal.request_stop(reason, message)

    def close(self) -> None:
        """End once what was taken over is submitted."""
        self._queue.close()

    def abandon(self) -> None:
        """Wait no longer for answers; their rows, which say ``sending``, become doubts."""
        self._stage.abandon()

    def _on_event(self, event: Event) -> None:
        match event:
            case Submitted(job=job) | Rejected(job=job) | InDoubt(job=job):
                self._held.pop(job.fingerprint, None)
            case Deferred(job=job) if job.fingerprint in self._held:
                self._put_off[job.fingerprint] = self._held.pop(job.fingerprint)
            case _:
                pass
