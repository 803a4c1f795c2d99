"""Two states of one manifest: what a pull request adds, drops and costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sora2batch.ground.job import Credits, Job
from sora2batch.plan.change import describe_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A key that now stands for another request."""

    before: Job
    after: Job

    @property
    def change(self) -> str:
        """What is different, in a line."""
        before, after = self.before, self.after
        told = describe_change(before.tool_type, before.input, after.tool_type, after.input)
        return told or f"take {before.take} → {after.take}"

    @property
    def difference(self) -> Credits:
        """How much dearer the new request is than the old one; negative if cheaper."""
        return Credits(self.after.credits - self.before.credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of the jobs of a base; each job is told by its fingerprint."""

    ref: str
    added: tuple[Job, ...]
    replaced: tuple[Replacement, ...]
    removed: tuple[Job, ...]
    renamed: tuple[tuple[str, str], ...]
    """(old key, new key) of requests that stayed the same: they are not paid again."""
    price_before: Credits
    """Of all jobs at the base."""
    price_after: Credits
    budgets: tuple[Credits, Credits] | None = None
    """What the manifest allowed at the base and allows now, where that is another."""

    @property
    def difference(self) -> Credits:
        """How much dearer the whole batch became; negative if cheaper."""
        return Credits(self.price_after - self.price_before)

    @property
    def price_of_new(self) -> Credits:
        """The price of the requests that the base does not have, whatever was paid for those they replace."""
        return Credits(_price(self.added) + _price(one.after for one in self.replaced))

    @property
    def changes(self) -> int:
        """How many jobs are not what they were."""
        return len(self.added) + len(self.replaced) + len(self.removed) + len(self.renamed)


def new_budgets(before: Credits | None, after: Credits) -> tuple[Credits, Credits] | None:
    """Tell budgets that are not the same; where there was none, there was no manifest."""
    return None if before is None or before == after else (before, after)


def compare(ref: str, before: Sequence[Job], after: Sequence[Job]) -> Comparison:
    """Hold the jobs of a manifest against those at a git ref."""
    old = {job.fingerprint: job for job in before}
    new = {job.fingerprint for job in after}
    gone = {job.key: job for job in before if job.fingerprint not in new}
    came = [job for job in after if job.fingerprint not in old]
    replaced = tuple(Replacement(before=gone.pop(job.key), after=job) for job in came if job.key in gone)
    replacing = {one.after.fingerprint for one in replaced}
    return Comparison(
        ref=ref,
        added=tuple(job for job in came if job.fingerprint not in replacing),
        replaced=replaced,
        removed=tuple(gone.values()),
        renamed=tuple(
            (old[job.fingerprint].key, job.key)
            for job in after
            if job.fingerprint in old and old[job.fingerprint].key != job.key
        ),
        price_before=_price(before),
        price_after=_price(after),
    )


def _price(jobs: Iterable[Job]) -> Credits:
    return Credits(sum(job.credits for job in jobs))
