"""The rounds of a shared run: jobs are reserved and followed; what their results make possible comes next.

Mostly there is one. A batch of stages has as many as it takes; each is under the same consent.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.later_jobs import to_take_up
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.fleet.batch_name import BatchName
from sora2batch.app.fleet.connected import connected
from sora2batch.app.fleet.file_pull import pull_files
from sora2batch.app.fleet.follower import Follower
from sora2batch.app.fleet.line_pull import ask_fleet, fold_in, wait_for_local_run
from sora2batch.app.fleet.reserving import ReserveRequest, last_call, reserve_jobs
from sora2batch.app.fleet.shared_plan import is_left_to_workers
from sora2batch.app.process.loop import run_loop
from sora2batch.app.process.signals import STOP_REASONS
from sora2batch.app.tracking.forecast import Forecast
from sora2batch.app.tracking.heartbeat import heartbeat
from sora2batch.app.tracking.run_progress import progress_of
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.followed_jobs import FollowedJobs
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.database.fleet_error import FleetError
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.stop_reason import StopReason
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, Seen
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.decision import RESERVED, FileFault
from sora2batch.plan.outlook import expected_durations
from sora2batch.run.event import Event, Generated, Listener, Ready, Stopped, heard_by
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest, StopSignal

_GATHER_SECONDS = 2.0
"""So long results are gathered before it is looked what they make possible."""
_LAST_LOOK_SECONDS = 5.0
_FILES = Stages.DOWNLOAD | Stages.STORE


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWork:
    """A plan that was agreed to, and all that belongs to having it carried out."""

    queue: QueueUrl
    batch: Batch
    name: BatchName
    plan: Plan
    lockfile: Lockfile
    """What the plan was made from."""
    request: RunRequest
    terms: BatchTerms
    payer: Payer
    seen_inputs: Mapping[Fingerprint, Seen]


class Rounds:
    """One run of one client."""

    def __init__(self, work: SharedWork) -> None:
        self._work = work
        self._stages = work.request.stages
        self._stop_signal = StopSignal()
        self._jobs = FollowedJobs()
        self._later = {one.job.key: one.job for one in to_take_up(work.plan, work.request)}
        self._needed = {key for job in self._later.values() for key in job.needs}
        self._room = work.plan.room
        self._lockfile = work.lockfile
        self._planned = list(work.plan.jobs)
        self._is_reserved = False
        self._heard: Listener | None = None
        self._not_reserved = 0
        self._useful_since: float | None = None
        self._progress = progress_of(work.plan, self._stages & ~_FILES, work.batch.credit_price)
        self._stop_signal.on_request(self._tell_stop)

    def carry_out(self, fault: FileFault) -> Outcome:
        """Reserve, follow, bring home, as often as something new becomes possible.

        Raises:
            Sora2BatchError: nothing was reserved, or the results could not be written.
        """
        self._progress.forecast = self._forecast()
        new = self._follow_all(self._work.plan.with_action(Action.SUBMIT, Action.RESUME))
        while True:
            if new:
                wait_for_local_run(self._work.batch)  # it may have begun since the plan was made
            entries = run_loop(partial(self._round, new), take=self._take)
            self._bring_home(entries)
            was_open = self._jobs.is_any_open
            if self._is_interrupted or Stages.WAIT not in self._stages:
                break
            new = self._became_possible(fault)
            if not new and not was_open:
                break
        judged = self._planned
        if Stages.WAIT not in self._stages:  # what is reserved is as good as submitted
            judged = [one for one in judged if not is_left_to_workers(one, self._lockfile)]
        outcome = assess(judged, self._lockfile, fault, self._stop_signal.stops, self._stages)
        if Stages.WAIT not in self._stages:
            outcome = replace(outcome, not_submitted=self._not_reserved)
        return replace(outcome, room=self._room or 0)

    @property
    def _is_interrupted(self) -> bool:
        return any(stop.reason.is_signal for stop in self._stop_signal.stops)

    def _take(self, number: signal.Signals) -> bool:
        """Have the first signal end the following, and not the work."""
        if self._is_interrupted:
            return False
        told = (
            "stopped following: the work goes on, and the next `run --fleet`, or `pull`, brings the results"
            if self._is_reserved
            else "interrupted before anything was reserved; nothing was sent"
        )
        self._stop_signal.request_stop(STOP_REASONS[number], told)
        return True

    async def _round(self, new: Sequence[PlannedJob]) -> list[Entry]:
        """Reserve jobs, then follow all; what is returned is all that the fleet knows then."""
        request, queue = self._work.request, self._work.queue
        with (
            request.printer.progress(self._progress) as shown,
            heartbeat(listener := self._listener(shown)),
        ):
            self._heard = listener
            async with connected(queue, "run", most_connections=2) as database:
                batch = await self._reserve(database, new, listener)
                if batch is None:
                    return []
                follower = Follower(database, batch, self._jobs, listener, self._stop_signal)
                if Stages.WAIT in self._stages:
                    self._useful_since = None
                    waits_for_files = Stages.DOWNLOAD in self._stages
                    await follower.follow(waits_for_files=waits_for_files, is_enough=self._is_enough)
                else:
                    await follower.glance()
                return await self._last_lines(database)

    async def _reserve(self, database: Database, new: Sequence[PlannedJob], listener: Listener) -> int | None:
        """Reserve; hand out the batch's row. Only what was agreed to at first may end the run."""
        for planned in new if self._is_reserved else ():
            listener(Ready(job=planned.job))
        work = self._work
        wanted = ReserveRequest(
            batch=work.batch.at(self._lockfile),
            terms=work.terms,
            jobs=[one for one in new if one.action is Action.SUBMIT],
            known=[*self._lockfile.entries.values()],
            payer=work.payer,
            seen_inputs=work.seen_inputs,
            made=MadeFiles(self._lockfile.entries.values()) if work.plan.is_staged else None,
        )
        try:
            outcome = await reserve_jobs(database, wanted, listener, self._stop_signal)
        except Sora2BatchError as error:
            if not self._is_reserved:
                raise
            self._stop_signal.request_stop(StopReason.CREDITS, error.message, error=error)
            outcome = await reserve_jobs(database, replace(wanted, jobs=()), listener, StopSignal())
        if outcome is None:
            return None
        self._is_reserved = True
        self._not_reserved += outcome.waiting
        self._say(outcome.reserved.jobs, outcome.reserved.credits, len(wanted.jobs) - outcome.waiting)
        return outcome.reserved.batch

    def _say(self, jobs: int, credits: int, wanted: int) -> None:
        tell = self._work.request.printer.info
        if jobs:
            tell(f"{counted(jobs, 'job')} reserved for {credits:,} credits; workers do the rest")
        if others := wanted - jobs:
            tell(f"{counted(others, 'job')} in others' hands already")

    def _listener(self, shown: Listener) -> Listener:
        events = self._work.request.events
        manifest = self._work.batch.manifest.file
        listeners = [shown, self._hear]
        if events:
            listeners.append(events.listener(manifest, self._progress))
        return heard_by(*listeners)

    def _tell_stop(self, stop: StopRequest) -> None:
        if self._is_reserved and stop.reason.is_signal:  # workers submit on
            self._work.request.printer.info(stop.message)
        elif self._heard:
            self._heard(Stopped(message=stop.message))

    def _hear(self, happened: Event, /) -> None:
        if isinstance(happened, Generated) and happened.job.key in self._needed:
            self._useful_since = self._useful_since or time.monotonic()

    def _is_enough(self) -> bool:
        since = self._useful_since
        return since is not None and time.monotonic() - since >= _GATHER_SECONDS

    async def _last_lines(self, database: Database) -> list[Entry]:
        """Read what is known; whoever was interrupted does not wait for it long."""
        limit = _LAST_LOOK_SECONDS if self._is_interrupted else None
        try:
            async with asyncio.timeout(limit):
                return (await ask_fleet(database, self._work.batch, self._work.name)).entries
        except (FleetError, TimeoutError):
            if not self._is_interrupted:
                raise
            return []

    def _bring_home(self, entries: Sequence[Entry]) -> None:
        """Fold lines in, and fetch files."""
        self._heard = None
        batch, request = self._work.batch, self._work.request
        fold_in(batch, entries)
        if Stages.DOWNLOAD in self._stages and not self._is_interrupted:
            wanted = {one.job.fingerprint for one in self._planned}
            for stop in pull_files(batch, request, wanted):
                self._stop_signal.request_stop(stop.reason, stop.message, error=stop.error)
        self._lockfile = batch.read_lockfile()

    def _became_possible(self, fault: FileFault) -> Sequence[PlannedJob]:
        """Find what may be done now of the jobs that waited, as far as there is room for it."""
        if not self._later:
            return ()
        selection = replace(self._work.request.selection, limit=None)
        plan = self._work.batch.plan(self._lockfile, selection, fault)
        found = [one for one in plan.jobs if one.job.key in self._later]
        new: list[PlannedJob] = []
        for one in found:
            if one.action is Action.SUBMIT:
                if self._stop_signal.is_set or self._room == 0:
                    continue
                self._room = None if self._room is None else self._room - 1
            del self._later[one.job.key]
            new.append(one)
        self._planned += new
        return self._follow_all(new)

    def _follow_all(self, planned: Sequence[PlannedJob]) -> Sequence[PlannedJob]:
        """Follow those of which something is to come; hand them out."""
        chosen = [one for one in planned if one.action in {Action.SUBMIT, Action.RESUME}]
        for one in chosen:
            is_open = one.action is Action.RESUME and one.reason != RESERVED
            self._jobs.add(one.job, after=0 if is_open else last_call(one), is_open=is_open)
        return chosen

    def _forecast(self) -> Forecast | None:
        if Stages.WAIT not in self._stages:
            return None
        work = self._work
        later = to_take_up(work.plan, work.request)
        expected = expected_durations(work.batch.catalog)
        return Forecast(work.plan, expected, work.terms.options, SystemClock(), later)
