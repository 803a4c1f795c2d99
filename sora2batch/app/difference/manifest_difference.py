"""Two manifests held against each other, as a value: which jobs, which fields, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.app.difference.side import ManifestSide
from sora2batch.ground.job import Credits
from sora2batch.ground.pending_job import AskedJob
from sora2batch.plan.change import FieldChange, field_changes
from sora2batch.plan.compare import Comparison, Replacement, shown_input


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManifestDifference:
    """What became of the jobs."""

    old: ManifestSide
    new: ManifestSide
    comparison: Comparison

    @property
    def to_pay(self) -> Credits:
        """The price of the requests that are new, without those that the new side's lockfile knows."""
        found = self.comparison
        came = (*found.added, *(one.after for one in (*found.replaced, *found.following)))
        return Credits(sum(self.price_of(job) for job in came))

    def is_paid(self, job: AskedJob) -> bool:
        """Whether a job of the new side is in its lockfile."""
        return self.new.marks.get(job.key) in self.new.lockfile.entries

    def price_of(self, job: AskedJob) -> Credits:
        """What a run would pay for a job of the new side; 0 if it is in the lockfile."""
        return Credits(0) if self.is_paid(job) else job.credits

    def spent_on(self, job: AskedJob) -> Credits:
        """What was paid for a job that the new side does not ask for, as far as either side knows."""
        mark = self.old.marks.get(job.key)
        lockfiles = (self.new.lockfile, self.old.lockfile) if mark else ()
        entries = (one.get(mark) for one in lockfiles if mark)
        return next((entry.spent for entry in entries if entry), Credits(0))

    @property
    def unchanged(self) -> int:
        """How many jobs are what they were, under the same key."""
        found = self.comparison
        others = (found.added, found.replaced, found.following, found.renamed)
        return len(self.new.jobs) - sum(map(len, others))

    def changes_of(self, one: Replacement) -> tuple[FieldChange, ...]:
        """The fields in which a request differs from the one that it stands in place of."""
        before, after = one.before, one.after
        return field_changes(before.tool_type, shown_input(before), after.tool_type, shown_input(after))
