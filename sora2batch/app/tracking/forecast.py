"""How much longer a run takes: the catalogue's word at first, then more and more what the run has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sora2batch.ground.clock import Clock
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.entry import State
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.outlook import (
    Duration,
    after_seeing,
    duration_of_runs,
    seconds_in_words,
    still_open,
)
from sora2batch.run import event
from sora2batch.run.event import Event


@dataclass(frozen=True, slots=True)
class _Open:
    """A task that is being generated."""

    tool_type: str
    since: float
    """Seconds of the monotonic clock."""
    is_ours: bool = True
    """Whether this run has seen its whole time."""


class Forecast:
    """Hears of a run's events and tells how long it still takes; it only looks."""

    def __init__(
        self,
        plan: Plan,
        expected: Mapping[str, Duration],
        options: RunOptions,
        clock: Clock,
        later: Iterable[WaitingJob] = (),
    ) -> None:
        """Begin to look.

        Args:
            plan: what is carried out.
            expected: how long a generation of each tool takes, before any was seen.
            options: how many tasks may be open at once, and how many are created in a second.
            clock: of this machine.
            later: jobs that wait and that the run may come to.
        """
        self._expected = expected
        self._options = options
        self._clock = clock
        self._began = clock.monotonic()
        self._later = {one.job.key: one.job for one in later}
        self._waiting = Counter(one.job.tool_type for one in plan.with_action(Action.SUBMIT))
        self._waiting.update(job.tool_type for job in self._later.values())
        self._open = {
            one.job.fingerprint: _Open(one.job.tool_type, self._began - _age(one, clock.now()), is_ours=False)
            for one in plan.with_action(Action.RESUME)
        }
        self._seen: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._has_results = False

    def hear(self, happened: Event) -> None:
        """Take an event into account."""
        match happened:
            case event.Submitted(job=job):
                self._leave_queue(job)
                self._open[job.fingerprint] = _Open(job.tool_type, self._clock.monotonic())
            case event.Ready(job=job):
                self._later.pop(job.key, None)
            case event.Rejected(job=job) | event.InDoubt(job=job) | event.Deferred(job=job):
                self._leave_queue(job)
                self._give_up_after(job.key)
            case event.NotDownloaded(job=job):
                self._give_up_after(job.key)
            case event.Generated(job=job):
                self._has_results = True
                self._learn(self._open.pop(job.fingerprint, None))
            case event.Failed(job=job) | event.TimedOut(job=job):
                self._open.pop(job.fingerprint, None)
                self._give_up_after(job.key)
            case event.Stopped():
                self._waiting.clear()
                self._later.clear()
            case _:
                pass  # nothing else begins or ends a generation

    def _give_up_after(self, key: str) -> None:
        """Expect nothing that rests on what did not come about."""
        lost = [job for job in self._later.values() if key in job.needs]
        for job in lost:
            if self._later.pop(job.key, None):
                self._leave_queue(job)
                self._give_up_after(job.key)

    def _leave_queue(self, job: AskedJob) -> None:
        self._waiting[job.tool_type] = max(0, self._waiting[job.tool_type] - 1)

    def _learn(self, task: _Open | None) -> None:
        if task and task.is_ours:
            self._seen[task.tool_type] += 1
            took = self._clock.monotonic() - task.since
            self._seconds[task.tool_type] = self._seconds.get(task.tool_type, 0.0) + took

    @property
    def words(self) -> str:
        """For people: ``3 min 5 s so far, first results in about 2 min, done in about 10 to 30 min``."""
        passed = seconds_in_words(self._clock.monotonic() - self._began)
        left = self.left
        if left is None:
            return f"after {passed}"
        first = None if self._has_results else self._first
        soon = f"first results in {first.about}, " if first and first != left else ""
        return f"{passed} so far, {soon}done in {left.about}"

    @property
    def left(self) -> Duration | None:
        """How much longer generations take; None where none is under way or to come."""
        busy = self._busy
        runs = [(tool, count) for tool, count in self._waiting.items() if count]
        if not busy and not runs:
            return None
        return duration_of_runs(runs, {tool: self._usual(tool) for tool, _ in runs}, self._options, busy)

    @property
    def _first(self) -> Duration | None:
        coming = self._busy or [self._usual(tool) for tool, count in self._waiting.items() if count]
        return Duration(min(one.min for one in coming), min(one.max for one in coming)) if coming else None

    @property
    def _busy(self) -> list[Duration]:
        now = self._clock.monotonic()
        return [still_open(self._usual(one.tool_type), now - one.since) for one in self._open.values()]

    def _usual(self, tool_type: str) -> Duration:
        took = self._seconds.get(tool_type, 0.0)
        return after_seeing(self._expected[tool_type], self._seen[tool_type], took)


def _age(planned: PlannedJob, now: datetime) -> float:
    """Tell for how many seconds a job's task is open; 0 where that is not known."""
    attempts = planned.entry.attempts if planned.entry else ()
    begun = [one.submitted for one in attempts if one.state is State.SUBMITTED and one.submitted]
    try:
        return max(0.0, (now - min(begun)).total_seconds()) if begun else 0.0
    except OverflowError:
        return 0.0
