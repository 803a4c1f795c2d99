"""Jobs that rest on what is not made yet: what each of them waits for, or why it will never be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.ground.text import one_line
from sora2batch.matrix.stage import Stages
from sora2batch.plan.action import Action, Plan, WaitingJob
from sora2batch.plan.decision import Decision

_REASON_ROOM = 500
_NOTHING = Credits(0)
_MADE_BY_A_RUN = frozenset({Action.SUBMIT, Action.RESUME, Action.DOWNLOAD, Action.SKIP})


class _Wait(NamedTuple):
    """Why a job cannot be submitted now."""

    action: Action
    reason: str


class WaitingDecision:
    """Decides for one job after the other why it waits; those that others rest on need not come first."""

    def __init__(
        self,
        jobs: Iterable[Job],
        waiting: Iterable[PendingJob],
        alike: Mapping[str, str],
        action_of: Callable[[Job], Action],
    ) -> None:
        """Get ready.

        Args:
            jobs: all whose requests are known.
            waiting: all others.
            alike: by the key of a job that would send the very same as another: the key of that.
            action_of: what a run would do about a job whose request is known.
        """
        self._jobs = {job.key: job for job in jobs}
        self._waiting = {job.key: job for job in waiting}
        self._alike = alike
        self._action_of = action_of
        self._known: dict[str, _Wait | None] = {}

    def decide(self, pending: PendingJob) -> WaitingJob:
        """Say what a job waits for; it costs nothing yet, and nothing at all if it is blocked."""
        found = self._why(pending)
        credits = pending.credits if found.action is Action.WAIT else _NOTHING
        reason, other = one_line(found.reason, _REASON_ROOM), self._alike.get(pending.key)
        return WaitingJob(pending, found.action, reason, credits, other)

    def _why(self, pending: PendingJob) -> _Wait:
        if other := self._alike.get(pending.key):
            return _Wait(
                Action.BLOCKED, f"it would send the very same as {other}: two results are the same bytes"
            )
        found = [wait for key in pending.needs if (wait := self._for(key))]
        blocked = next((wait for wait in found if wait.action is Action.BLOCKED), None)
        if blocked:
            return blocked
        if pending.gate:
            return _Wait(Action.WAIT, f"waits for {pending.gate}: somebody has to pick first")
        if not found:
            return _Wait(Action.WAIT, "what it needs is there, and is looked at by the next run")
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return _Wait(Action.WAIT, f"{found[0].reason}{more}")

    def _for(self, key: str) -> _Wait | None:
        """Say why a result is not there, as a reason for those that rest on it; None where it is."""
        if key not in self._known:
            self._known[key] = self._look_at(key)
        return self._known[key]

    def _look_at(self, key: str) -> _Wait | None:
        if other := self._alike.get(key):  # the result of the one serves for both
            return self._for(other)
        if pending := self._waiting.get(key):
            is_blocked = self._why(pending).action is Action.BLOCKED
            return _Wait(Action.BLOCKED, f"rests on {key}, which is blocked") if is_blocked else _needs(key)
        job = self._jobs.get(key)
        if job is None:
            return _needs(key)
        match self._action_of(job):
            case Action.FAILED:
                return _Wait(Action.BLOCKED, f"rests on {key}, which failed")
            case Action.IN_DOUBT:
                return _Wait(Action.WAIT, f"needs {key}, which is in doubt")
            case Action.SKIP:
                return None
            case _:
                return _needs(key)


def waiting_jobs(stages: Stages, pending: Iterable[PendingJob], decision: Decision) -> tuple[WaitingJob, ...]:
    """Say of some of the jobs of a manifest what each waits for."""
    alike = {job.key: other for job, other in stages.alike}
    others = (*stages.waiting, *(job for job, _ in stages.alike))
    waits = WaitingDecision(stages.jobs, others, alike, lambda job: decision.decide(job).action)
    return tuple(map(waits.decide, pending))


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


def _needs(key: str) -> _Wait:
    return _Wait(Action.WAIT, f"needs {key}")
