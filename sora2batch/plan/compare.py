"""Two states of one manifest: what a pull request adds, drops and costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits, Fingerprint, Job, fingerprint_of
from sora2batch.ground.pending_job import AskedJob
from sora2batch.matrix.output_mark import mark_output, put_outputs, with_names
from sora2batch.plan.change import describe_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A key that now stands for another request."""

    before: AskedJob
    after: AskedJob

    @property
    def change(self) -> str:
        """What is different, in a line."""
        before, after = self.before, self.after
        told = describe_change(before.tool_type, shown_input(before), after.tool_type, shown_input(after))
        return told or f"take {before.take} → {after.take}"

    @property
    def difference(self) -> Credits:
        """How much dearer the new request is than the old one; negative if cheaper."""
        return Credits(self.after.credits - self.before.credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of the jobs of a base; each is told by what it asks for, whatever was made of it."""

    ref: str
    added: tuple[AskedJob, ...]
    replaced: tuple[Replacement, ...]
    removed: tuple[AskedJob, ...]
    renamed: tuple[tuple[str, str], ...]
    """(old key, new key) of requests that stayed the same: they are not paid again."""
    price_before: Credits
    """Of all jobs at the base."""
    price_after: Credits
    following: tuple[Replacement, ...] = ()
    """Jobs that ask for the same, of results that will be others: they are made anew as well."""
    budgets: tuple[Credits, Credits] | None = None
    """What the manifest allowed at the base and allows now, where that is another."""

    @property
    def difference(self) -> Credits:
        """How much dearer the whole batch became; negative if cheaper."""
        return Credits(self.price_after - self.price_before)

    @property
    def price_of_new(self) -> Credits:
        """The price of the requests that the base does not have, whatever was paid for those they replace."""
        return Credits(_price(self.added) + _price(one.after for one in (*self.replaced, *self.following)))

    @property
    def price_of_following(self) -> Credits:
        """The price of those that are made anew because what they rest on is."""
        return _price(one.after for one in self.following)

    @property
    def changes(self) -> int:
        """How many jobs are not what they were."""
        kinds = (self.added, self.replaced, self.following, self.removed, self.renamed)
        return sum(map(len, kinds))


def new_budgets(before: Credits | None, after: Credits) -> tuple[Credits, Credits] | None:
    """Tell budgets that are not the same; where there was none, there was no manifest."""
    return None if before is None or before == after else (before, after)


def compare(ref: str, before: Sequence[AskedJob], after: Sequence[AskedJob]) -> Comparison:
    """Hold the jobs of a manifest against those at a git ref; both as they were before anything was made."""
    old_marks, new_marks = _identities(before), _identities(after)
    old = {old_marks[job.key]: job for job in before}
    new = set(new_marks.values())
    gone = {job.key: job for job in before if old_marks[job.key] not in new}
    came = [job for job in after if new_marks[job.key] not in old]
    pairs = tuple(Replacement(before=gone.pop(job.key), after=job) for job in came if job.key in gone)
    paired = {one.after.key for one in pairs}
    kept = [(old[new_marks[job.key]].key, job.key) for job in after if new_marks[job.key] in old]
    return Comparison(
        ref=ref,
        added=tuple(job for job in came if job.key not in paired),
        replaced=tuple(one for one in pairs if not _follows(one)),
        following=tuple(one for one in pairs if _follows(one)),
        removed=tuple(gone.values()),
        renamed=tuple((was, now) for was, now in kept if was != now),
        price_before=_price(before),
        price_after=_price(after),
    )


def shown_input(job: AskedJob) -> JsonObject:
    """Write what a job sends for people: results that are not there yet are named."""
    if isinstance(job, Job):
        return job.input
    return {name: with_names(value) for name, value in job.input.items()}


def _follows(one: Replacement) -> bool:
    """Tell whether a job is another only because what it rests on is."""
    return (
        bool(one.after.needs)
        and (one.before.tool_type, one.before.take) == (one.after.tool_type, one.after.take)
        and one.before.input == one.after.input
    )


def _identities(jobs: Sequence[AskedJob]) -> Mapping[str, Fingerprint]:
    """Identify each job by what it asks for, and one that rests on others by what these ask for."""
    found: dict[str, Fingerprint] = {job.key: job.fingerprint for job in jobs if isinstance(job, Job)}
    left = [job for job in jobs if not isinstance(job, Job)]
    while left:
        later = []
        for job in left:
            if any(key not in found for key in job.needs):
                later.append(job)
                continue
            made = {mark_output(key): {"result_of": found[key]} for key in job.needs}
            found[job.key] = fingerprint_of(job.tool_type, put_outputs(job.input, made), job.take)
        left = later
    return found


def _price(jobs: Iterable[AskedJob]) -> Credits:
    return Credits(sum(job.credits for job in jobs))
