"""Where the results stand that a job is made from: their labels as its own, such as ``still.subject``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sora2batch.gallery.page.axes import GROUP, Labels, labels_of
from sora2batch.ground.job import Column, Job

MemberKeys = Mapping[tuple[str, str], tuple[str, ...]]
"""By (axis, label): the keys of the results that this value is."""


def member_keys(columns: Iterable[Column]) -> MemberKeys:
    """Read the keys of results out of the values of axes; other values have none."""
    return {label: keys for column in columns for label, keys in _members_of(column)}


def _members_of(column: Column) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for label, value in zip(column.labels, column.values, strict=True):
        match value:
            case {"key": str(key)}:
                yield label, (key,)
            case {"keys": list(keys)}:
                yield label, tuple(map(str, keys))


class UpstreamLabels:
    """Looks up the labels of results, and of those that these are made from."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = {job.key: job for job in jobs}
        self._members: dict[str, MemberKeys] = {}

    def of(self, job: Job, axis: str) -> Labels:
        """Tell the labels of the results on one axis of a job; of several, what they have in common."""
        label = dict(job.labels).get(axis, "")
        members = [self._jobs[key] for key in self._keys(job).get((axis, label), ()) if key in self._jobs]
        if not members:
            return ()
        first, *others = (self.extended(member) for member in members)
        shared = (pair for pair in first if all(pair in other for other in others))
        return tuple((f"{axis}.{name}", label) for name, label in shared if name != GROUP)

    def extended(self, job: Job) -> Labels:
        """Tell the labels of a job, and of all that it is made from."""
        return (*labels_of(job), *(pair for axis, _ in job.labels for pair in self.of(job, axis)))

    def split(self, job: Job, axes: frozenset[str]) -> Labels:
        """Put in the place of some labels those of the results that they stand for."""
        pairs = ((pair, self.of(job, pair[0]) if pair[0] in axes else ()) for pair in labels_of(job))
        return tuple(one for pair, found in pairs for one in found or (pair,))

    def _keys(self, job: Job) -> MemberKeys:
        if job.group not in self._members:
            self._members[job.group] = member_keys(job.columns)
        return self._members[job.group]
