"""A plan, as scripts read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sora2batch.app.planning.planning import Planned
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.text import counted
from sora2batch.library.html_table import block, bullets, heading, line, shown, table
from sora2batch.library.rows import planned_row
from sora2batch.plan.action import Action, Money, PlannedJob
from sora2batch.plan.outlook import Duration, Outlook
from sora2batch.plan.render_json import plan_to_json
from sora2batch.plan.render_text import money_line, totals_line
from sora2batch.plan.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Plan:
    """What a run would do now, and what that would cost; made by ``plan``, which spends nothing."""

    internal: Planned
    """Not part of the promise: it may change in any release."""
    selection: Selection
    """What it was narrowed down to."""
    outlook: Outlook
    """What it means in time and money."""

    @property
    def manifest(self) -> str:
        """The manifest's bare file name."""
        return self.internal.plan.manifest

    @property
    def simulated(self) -> bool:
        """Whether it is a plan for the simulator, which costs nothing."""
        return self.internal.batch.simulated

    @property
    def jobs(self) -> tuple[PlannedJob, ...]:
        """The selected jobs in the order of submission, without those that a limit makes wait."""
        return self.internal.plan.jobs

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many jobs have each action; every action is a key."""
        return self.internal.plan.counts

    @property
    def money(self) -> Money:
        """The sums, in credits."""
        return self.internal.plan.money

    @property
    def notices(self) -> tuple[str, ...]:
        """What one should know before paying."""
        plan = self.internal.plan
        return (*map(str, plan.findings), *plan.notices)

    @property
    def duration(self) -> Duration | None:
        """How long its generations take, in seconds; None where nothing is generated, or nobody can tell."""
        return self.outlook.duration

    def with_action(self, *actions: Action) -> tuple[PlannedJob, ...]:
        """Pick the jobs that have one of these actions, in order."""
        return self.internal.plan.with_action(*actions)

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row a job; *shape*: as ``jobs``."""
        return [planned_row(one) for one in self.jobs]

    def to_json(self) -> JsonObject:
        """Make the document that ``sora2batch plan --json`` prints."""
        return plan_to_json(self.internal.plan, outlook=self.outlook)

    def __repr__(self) -> str:
        return shown(f"Plan of {self.manifest}: {totals_line(self.internal.plan)}")

    def _repr_html_(self) -> str:
        plan = self.internal.plan
        rows = ((one.job.key, one.action.value, one.credits, one.reason) for one in plan.jobs)
        sums = [totals_line(plan), money_line(plan, self.outlook.credit_price), self.outlook.time_line]
        return block(
            heading(f"{plan.manifest}: {counted(len(plan.jobs), 'job')}{self._simulated}"),
            *(line(one) for one in sums if one),
            bullets(self.notices),
            table(("key", "action", "credits", "reason"), rows, len(plan.jobs)),
        )

    @property
    def _simulated(self) -> str:
        return ", simulated: costs nothing" if self.simulated else ""
