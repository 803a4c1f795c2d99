"""Jobs that rest on what is not made yet: what each of them waits for, or why it will never be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.ground.text import one_line
from sora2batch.matrix.stage import Stages
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.decision import Decision

_REASON_ROOM = 500
_NOTHING = Credits(0)
_MADE_BY_A_RUN = frozenset({Action.SUBMIT, Action.RESUME, Action.DOWNLOAD, Action.SKIP})
_SAME_BYTES = "two results are the same bytes"


class _Wait(NamedTuple):
    """Why a job cannot be submitted now, or its result is not there."""

    action: Action
    reason: str


class WaitingDecision:
    """Decides for one job after the other why it waits."""

    def __init__(
        self,
        jobs: Iterable[Job],
        in_turn: Iterable[PendingJob],
        alike: Mapping[str, str],
        action_of: Callable[[Job], Action],
    ) -> None:
        """Get ready.

        Args:
            jobs: all whose requests are known.
            in_turn: those that rest on others, each after those that it rests on.
            alike: by the key of a job that would send the very same as another: the key of that.
            action_of: what a run would do about a job whose request is known.
        """
        self._jobs = {job.key: job for job in jobs}
        self._alike = alike
        self._action_of = action_of
        self._results: dict[str, _Wait | None] = {}
        self._reasons: dict[str, _Wait] = {}
        for job in in_turn:
            if job.key not in self._jobs:
                self._reasons[job.key] = self._why(job)

    def decide(self, pending: PendingJob) -> WaitingJob:
        """Say what a job waits for; it costs nothing yet, and nothing at all if it is blocked."""
        found = self._reasons[pending.key]
        credits = pending.credits if found.action is Action.WAIT else _NOTHING
        reason, other = one_line(found.reason, _REASON_ROOM), self._alike.get(pending.key)
        return WaitingJob(pending, found.action, reason, credits, other)

    def _why(self, pending: PendingJob) -> _Wait:
        if other := self._alike.get(pending.key):
            return _Wait(Action.BLOCKED, f"it would send the very same as {other}: {_SAME_BYTES}")
        needs = pending.needs
        keys = needs if len(needs) == 1 else dict.fromkeys([self._alike.get(key, key) for key in needs])
        found = [wait for key in keys if (wait := self._result(self._alike.get(key, key)))]
        for wait in found:
            if wait.action is Action.BLOCKED:
                return wait
        if pending.gate:
            return _Wait(Action.WAIT, f"waits for {pending.gate}: somebody has to pick first")
        if not found:
            return _Wait(Action.WAIT, "what it needs is there, and is looked at by the next run")
        if len(found) == 1:
            return found[0]
        return _Wait(Action.WAIT, f"{found[0].reason} and {len(found) - 1:,} more")

    def _result(self, key: str) -> _Wait | None:
        """Say why a result is not there, as a reason for those that rest on it; None where it is."""
        if key not in self._results:
            self._results[key] = self._look_at(key)
        return self._results[key]

    def _look_at(self, key: str) -> _Wait | None:
        if job := self._jobs.get(key):
            action = self._action_of(job)
            if action is Action.SKIP:
                return None
            if action is Action.FAILED:
                return _Wait(Action.BLOCKED, f"rests on {key}, which failed")
            if action is Action.IN_DOUBT:
                return _Wait(Action.WAIT, f"needs {key}, which is in doubt")
        elif (wait := self._reasons.get(key)) and wait.action is Action.BLOCKED:
            return _Wait(Action.BLOCKED, f"rests on {key}, which is blocked")
        return _Wait(Action.WAIT, f"needs {key}")


def waiting_jobs(
    stages: Stages, pending: Sequence[PendingJob], decision: Decision, planned: Iterable[PlannedJob] = ()
) -> tuple[WaitingJob, ...]:
    """Say of the selected jobs that wait what they wait for; what they rest on may not be selected."""
    if not pending:
        return ()
    alike = {job.key: other for job, other in stages.alike}
    actions = {one.job.key: one.action for one in planned}

    def action_of(job: Job) -> Action:
        return actions.get(job.key) or decision.decide(job).action

    with collector_paused():
        waits = WaitingDecision(stages.jobs, stages.in_turn, alike, action_of)
        return tuple([waits.decide(one) for one in pending])


def within_reach(plan: Plan) -> tuple[WaitingJob, ...]:
    """Pick the jobs that wait and that one run may come to submit.

    Nobody has to pick first, and all that they need is there, or is made by the same run.
    """
    coming = {one.job.key for one in plan.jobs if one.action in _MADE_BY_A_RUN}
    coming |= {one.job.key for one in plan.waiting if one.same_as in coming}
    picked: list[WaitingJob] = []
    left = [one for one in plan.waiting if one.action is Action.WAIT and not one.job.gate]
    while now := [one for one in left if coming.issuperset(one.job.needs)]:
        picked += now
        coming |= {one.job.key for one in now}
        coming |= {one.job.key for one in plan.waiting if one.same_as in coming}
        left = [one for one in left if one.job.key not in coming]
    return tuple(picked)
