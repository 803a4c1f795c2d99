"""What the lockfile said when a plan was saved, to tell the plan's own run from any other change.

A run of a saved plan that died left the lockfile ahead of what the plan was made from. It may go on from it;
but a call for a job that the plan would not submit makes the plan stale, and none of its own is made twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeAlias

from sora2batch.ground.canonical import JsonValue, canonical_json
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.plan.action import Action, Plan, PlannedJob

Calls: TypeAlias = tuple[str, ...]
"""A job's create calls, each by its task or, where it has none, by what became of it; sorted."""

_TAKEN = "the saved plan has submitted it already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a saved plan begins with."""

    actions: Mapping[Fingerprint, Action]
    """Of every job that it lists."""
    calls: Mapping[Fingerprint, Calls]
    """Of those of its jobs that the lockfile knew."""
    others: str
    """Digest of all else in the lockfile, but for names and places: a run may give those anew."""

    @property
    def submits(self) -> frozenset[Fingerprint]:
        """The jobs that it was approved to pay for."""
        return frozenset(job for job, action in self.actions.items() if action is Action.SUBMIT)

    def is_behind(self, lockfile: Lockfile) -> bool:
        """Tell whether a lockfile is this one, or ahead of it by what a run of the plan may have done."""
        if _digest(lockfile, without=self.actions) != self.others:
            return False
        return all(self._is_reached(job, lockfile.get(job)) for job in self.actions)

    def _is_reached(self, job: Fingerprint, entry: Entry | None) -> bool:
        before = self.calls.get(job)
        if self.actions[job] is not Action.SUBMIT:
            return _calls_of(entry) == before
        # Which run made the call does not matter: it is the one call that the plan was approved for.
        return entry is not None or before is None

    def may_submit(self, job: Fingerprint, entry: Entry | None) -> bool:
        """Tell whether the plan's call for a job was not made yet, or is known to have cost nothing."""
        return self.actions.get(job) is Action.SUBMIT and _calls_of(entry) == self.calls.get(job)

    def rest_of(self, plan: Plan) -> Plan:
        """Keep of a plan made anew what the saved one lists, and submit nothing but what that would."""
        jobs = tuple(self._still(one) for one in plan.jobs if one.job.fingerprint in self.actions)
        to_spend = Credits(sum(one.credits for one in jobs if one.action is Action.SUBMIT))
        money = plan.money._replace(to_spend=to_spend, later=Credits(0))
        return replace(plan, jobs=jobs, waiting=(), money=money, notices=(*plan.notices, *_later(plan)))

    def _still(self, one: PlannedJob) -> PlannedJob:
        if one.action is not Action.SUBMIT or self.may_submit(one.job.fingerprint, one.entry):
            return one
        # Only --retry-failed would submit what the lockfile knows: once, not once for each time it is run.
        spent = one.entry.spent if one.entry else Credits(0)
        return one._replace(action=Action.FAILED, reason=f"failed; {_TAKEN}", credits=spent)


def _later(plan: Plan) -> tuple[str, ...]:
    """Say what is listed in a saved plan and left to the next one."""
    waiting = plan.counts[Action.WAIT]
    if not waiting:
        return ()
    jobs = counted(waiting, "job waits", "jobs wait")
    return (f"{jobs} for others: a saved plan does not submit what was not known when it was made",)


def baseline_of(plan: Plan, lockfile: Lockfile) -> Baseline:
    """Note what a plan begins with."""
    actions = {one.job.fingerprint: one.action for one in plan.jobs}
    known = {job: _calls_of(lockfile.get(job)) for job in actions}
    return Baseline(
        actions=actions,
        calls={job: calls for job, calls in known.items() if calls is not None},
        others=_digest(lockfile, without=actions),
    )


def _calls_of(entry: Entry | None) -> Calls | None:
    """Name the calls that were charged, may have been, or were refused; None if there is none."""
    attempts = entry.attempts if entry else ()
    calls = (f"{one.number}:{one.task_id or one.state.value}" for one in attempts if _counts(one))
    return tuple(sorted(calls)) or None


def _counts(attempt: Attempt) -> bool:
    return attempt.state is not State.WITHDRAWN


def _digest(lockfile: Lockfile, *, without: Collection[Fingerprint]) -> str:
    others = sorted(set(lockfile.entries).difference(without))
    digest = sha256()
    for fingerprint in others:
        attempts = [_told(one) for one in lockfile.entries[fingerprint].attempts if _counts(one)]
        digest.update(canonical_json([fingerprint, *attempts]) + b"\n")
    return digest.hexdigest()


def _told(attempt: Attempt) -> JsonValue:
    outputs: list[JsonValue] = [output.sha256 for output in attempt.outputs]
    return [attempt.number, attempt.state.value, attempt.task_id, attempt.credits, outputs]
