"""Two manifests held against each other, as a value: which jobs, which fields, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.app.difference.side import ManifestSide
from sora2batch.ground.job import Credits, Job
from sora2batch.plan.change import FieldChange, field_changes
from sora2batch.plan.compare import Comparison, Replacement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManifestDifference:
    """What became of the jobs."""

    old: ManifestSide
    new: ManifestSide
    comparison: Comparison

    @property
    def to_pay(self) -> Credits:
        """The price of the requests that are new, without those that the new side's lockfile knows."""
        came = (*self.comparison.added, *(one.after for one in self.comparison.replaced))
        return Credits(sum(self.price_of(job) for job in came))

    def price_of(self, job: Job) -> Credits:
        """What a run would pay for a job of the new side; 0 if it is in the lockfile."""
        return Credits(0) if job.fingerprint in self.new.lockfile.entries else job.credits

    def spent_on(self, job: Job) -> Credits:
        """What was paid for a job that the new side does not ask for, as far as either side knows."""
        lockfiles = (self.new.lockfile, self.old.lockfile)
        entries = (one.get(job.fingerprint) for one in lockfiles)
        return next((entry.spent for entry in entries if entry), Credits(0))

    @property
    def unchanged(self) -> int:
        """How many jobs are what they were, under the same key."""
        found = self.comparison
        return len(self.new.jobs) - len(found.added) - len(found.replaced) - len(found.renamed)

    def changes_of(self, one: Replacement) -> tuple[FieldChange, ...]:
        """The fields in which a request differs from the one that it stands in place of."""
        before, after = one.before, one.after
        return field_changes(before.tool_type, before.input, after.tool_type, after.input)
