"""What a reel shows of a batch in stages: the ends of lines, ordered by what they were made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sora2batch.gallery.page.axes import Labels
from sora2batch.gallery.page.upstream_labels import UpstreamLabels
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Job
from sora2batch.ground.slug import slug
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import State


class ReelLineage:
    """Knows what was made from what; in a batch without stages everything is an end."""

    def __init__(self, jobs: Sequence[Job], lockfile: Lockfile, grid: Iterable[str]) -> None:
        """Look at a batch.

        Args:
            jobs: all whose requests are known.
            lockfile: what came of them.
            grid: the axes that are side by side.
        """
        self._labels = UpstreamLabels(jobs)
        self._split = frozenset(axis.partition(".")[0] for axis in grid if "." in axis)
        known = {job.key: job for job in jobs}
        self._made: dict[str, list[Job]] = defaultdict(list)
        """By the key of a result: the finished jobs that were made from it."""
        self._used_groups: set[str] = set()
        for job in jobs:
            entry = lockfile.get(job.fingerprint) if job.needs else None
            if entry and entry.state is State.COMPLETED:
                for need in job.needs:
                    self._made[need].append(job)
                    self._used_groups.add(known[need].group)

    def labels(self, job: Job) -> Labels:
        """Tell where a clip stands: on the axes of what it was made from where a grid names one of these."""
        return self._labels.split(job, self._split)

    def places(self, job: Job) -> Labels:
        """Tell all that it can be ordered by."""
        return self._labels.extended(job)

    def ends(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Leave out the groups from which something finished was made."""
        return tuple(job for job in jobs if job.group not in self._used_groups)

    def what_became_of(self, job: Job) -> Iterator[Job]:
        """Find what was made from a job, and again from that; the job itself if nothing was."""
        made = self._made.get(job.key)
        if not made:
            yield job
        for one in made or ():
            yield from self.what_became_of(one)

    def narrowed(self, jobs: Sequence[Job], where: Iterable[tuple[str, str]]) -> Sequence[Job]:
        """Keep what was made from results with these labels; values of one axis are alternatives.

        Raises:
            UsageError: there is no such axis, or no such value.
        """
        wanted: dict[str, set[str]] = defaultdict(set)
        for axis, value in where:
            wanted[axis] |= {value, slug(value)}
        for axis, values in wanted.items():
            labels = [dict(self.places(job)) for job in jobs]
            _check(axis, values, labels)
            jobs = [job for job, mine in zip(jobs, labels, strict=True) if mine.get(axis) in values]
        return jobs


def _check(axis: str, values: set[str], labels: Sequence[dict[str, str]]) -> None:
    axes = dict.fromkeys(name for mine in labels for name in mine)
    if axis not in axes:
        message = f'--where {axis}: there is no axis "{axis}"; there are {listed(axes)}'
        raise UsageError(message, hint=did_you_mean(axis, axes))
    known = dict.fromkeys(mine[axis] for mine in labels if axis in mine)
    if values.isdisjoint(known):
        value = min(values)
        raise UsageError(
            f"--where {axis}={value}: {axis} is one of {listed(known)}", hint=did_you_mean(value, known)
        )
