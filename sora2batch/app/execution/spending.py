"""What one run may come to spend: at once, and on jobs that become possible while it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sora2batch.app.execution.later_jobs import to_take_up
from sora2batch.app.execution.request import RunRequest
from sora2batch.ground.credit_price import CreditPrice, credits_in_words
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.text import counted
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.waiting import within_reach
from sora2batch.run.stages import Stages


class Spending(NamedTuple):
    """What a run may spend; nothing beyond it is submitted."""

    now: tuple[PlannedJob, ...]
    """The jobs that are submitted as soon as there is room."""
    later: tuple[WaitingJob, ...]
    """Those that may be submitted once others are done."""
    room: int | None
    """How many of these at most; None for all."""

    @property
    def is_any(self) -> bool:
        """Whether anything may be spent at all."""
        return bool(self.now or self.later)

    @property
    def jobs(self) -> Sequence[AskedJob]:
        """All of them."""
        return [*(one.job for one in self.now), *(one.job for one in self.later)]

    @property
    def known_jobs(self) -> Sequence[Job]:
        """Those whose requests are known."""
        return [one.job for one in self.now]

    @property
    def credits_now(self) -> Credits:
        """What the jobs cost that are submitted at once."""
        return Credits(sum(one.credits for one in self.now))

    @property
    def credits_later(self) -> Credits:
        """What the others cost at most."""
        dearest = sorted((one.credits for one in self.later), reverse=True)
        return Credits(sum(dearest[: self.room]))

    @property
    def credits(self) -> Credits:
        """What the run spends at most."""
        return Credits(self.credits_now + self.credits_later)

    def question(self, price: CreditPrice | None) -> str:
        """Ask for it all: what is agreed to once is not asked for again."""
        if not self.later:
            return f"Submit {self._jobs_now} for {credits_in_words(self.credits_now, price)}?"
        jobs, cost = self._jobs_later, credits_in_words(self.credits_later, price)
        if not self.now:
            return f"Submit {jobs} made from results that are still to come, for {cost}?"
        sum_in_words = credits_in_words(self.credits, price)
        first = f"Submit {self._jobs_now} for {credits_in_words(self.credits_now, price)}"
        return f"{first}, then {jobs} made from their results for {cost}: {sum_in_words} in all?"

    @property
    def words(self) -> str:
        """Say in a few words how much it is."""
        if not self.later:
            return f"{self.credits_now:,} credits"
        if not self.now:
            return f"up to {self.credits_later:,} credits on what is made from results that are still to come"
        return f"{self.credits_now:,} credits, and {self.credits_later:,} later"

    @property
    def _jobs_now(self) -> str:
        return counted(len(self.now), "job")

    @property
    def _jobs_later(self) -> str:
        count = len(self.later)
        if self.room is not None and self.room < count:
            return f"at most {self.room:,} of the {count:,} jobs"
        return "the job" if count == 1 else f"the {count:,} jobs"


def left_waiting(plan: Plan, request: RunRequest) -> str | None:
    """Say that jobs wait which this run will not come to, because of how it was asked for; else None."""
    reach = within_reach(plan) if plan.waiting and Stages.SUBMIT in request.stages else ()
    if not reach:
        return None
    jobs = counted(len(reach), "job that waits", "jobs that wait")
    if Stages.ALL not in request.stages:
        return f"{jobs} for others are not submitted by a run that does not wait for files and fetch them"
    return None


def spending_of(plan: Plan, request: RunRequest) -> Spending:
    """Tell what a run of a plan may spend."""
    now = plan.with_action(Action.SUBMIT) if Stages.SUBMIT in request.stages else ()
    return Spending(now=now, later=to_take_up(plan, request), room=plan.room)
