"""A plan as a value: every job with its action, and the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.ground.problem import Problem
from sora2batch.lockfile.entry import Entry


class Action(StrEnum):
    """What a run does about a job."""

    SUBMIT = "submit"
    RESUME = "resume"
    DOWNLOAD = "download"
    SKIP = "skip"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    WAIT = "wait"
    """It rests on results that are not there yet."""
    BLOCKED = "blocked"
    """It rests on what has failed."""


STAGED_ACTIONS = (Action.WAIT, Action.BLOCKED)
"""Only jobs that rest on others can have them."""


class PlannedJob(NamedTuple):
    """One job, and what to do about it. A named tuple, as the job is."""

    job: Job
    action: Action
    reason: str
    """One line for a person, whatever a prompt or an error says."""
    credits: Credits
    """Of a job to submit its price: what a run would spend on it now. Of any other, what it has cost: all its
    tasks and the calls in doubt; 0 if it was rejected."""
    entry: Entry | None = None
    """What the lockfile knows of it."""


class WaitingJob(NamedTuple):
    """One job that rests on what is not made yet."""

    job: PendingJob
    action: Action
    """``WAIT`` or ``BLOCKED``."""
    reason: str
    """One line for a person: what it needs."""
    credits: Credits
    """Its price; 0 if it is blocked."""
    same_as: str | None = None
    """The key of the job that sends the very same, where that is why it is blocked."""


class ReservedJob(NamedTuple):
    """One job that somebody has set aside for workers of a fleet; nobody else needs to pay for it."""

    key: str
    """As whoever reserved it names it."""
    credits: Credits


class Money(NamedTuple):
    """The batch's money, in credits."""

    budget: Credits
    spent: Credits
    """All tasks in the lockfile, orphans and what is not selected included; jobs in doubt count as spent."""
    in_doubt: Credits
    """The part of ``spent`` of which nobody knows whether it was charged."""
    to_spend: Credits
    """The price of the jobs to submit."""
    later: Credits = Credits(0)
    """The price of the jobs that wait for others: the most that it can be, where somebody has yet to pick."""
    reserved: Credits = Credits(0)
    """What is set aside for workers of a fleet, by whomever, and is not counted in ``later``."""

    @property
    def remaining(self) -> Credits:
        """What is left of the budget once every job to submit is charged; negative when it does not fit."""
        return Credits(self.budget - self.spent - self.reserved - self.to_spend)

    @property
    def left(self) -> Credits:
        """What is left once the jobs that wait are charged as well."""
        return Credits(self.remaining - self.later)

    @property
    def within_budget(self) -> bool:
        """Tell whether spent, reserved, to spend and later fit the budget together."""
        return self.left >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would do now."""

    manifest: str
    """The manifest's bare file name: plans are the same on every machine."""
    jobs: tuple[PlannedJob, ...]
    """The selected jobs in the order of submission, without those that ``--limit`` makes wait."""
    orphans: tuple[Entry, ...]
    """In the lockfile, no longer in the manifest; sorted as there."""
    money: Money
    notices: tuple[str, ...]
    """What one should know before paying."""
    findings: tuple[Problem, ...] = ()
    """What may be a slip in the manifest; each names its file without a folder."""
    waiting: tuple[WaitingJob, ...] = ()
    """The selected jobs that rest on what is not made yet, in the manifest's order."""
    is_staged: bool = False
    """Whether the manifest has jobs that are made from the results of others."""
    room: int | None = None
    """How many jobs that wait ``--limit`` leaves room for; None without it."""

    @property
    def to_come(self) -> tuple[WaitingJob, ...]:
        """Those that wait and are not blocked."""
        return tuple(one for one in self.waiting if one.action is Action.WAIT)

    @property
    def unpaid(self) -> tuple[PlannedJob | WaitingJob, ...]:
        """Those to submit, now or later."""
        return (*self.with_action(Action.SUBMIT), *self.to_come)

    @property
    def listed(self) -> tuple[PlannedJob | WaitingJob, ...]:
        """All of them: those first whose requests are known."""
        return (*self.jobs, *self.waiting)

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many jobs have each action; every action is a key."""
        counted = Counter(planned.action for planned in self.jobs)
        counted.update(one.action for one in self.waiting)
        return {action: counted[action] for action in Action}

    @property
    def gates(self) -> tuple[str, ...]:
        """The picks files that jobs wait for, each once."""
        return tuple(dict.fromkeys(one.job.gate for one in self.waiting if one.job.gate))

    def with_action(self, *actions: Action) -> tuple[PlannedJob, ...]:
        """Pick the jobs that have one of these actions, in order."""
        return tuple(planned for planned in self.jobs if planned.action in actions)
