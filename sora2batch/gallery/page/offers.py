"""What each pick makes possible: the jobs of a manifest as if everything had been picked, by their picks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from sora2batch.gallery.page.gate import Clause, Gate, Offer
from sora2batch.gallery.page.upstream_labels import MemberKeys, member_keys
from sora2batch.ground.job import Credits
from sora2batch.ground.pending_job import AskedJob
from sora2batch.manifest.model import Group, JobAxis

Clauses: TypeAlias = tuple[Clause, ...]
_Label: TypeAlias = tuple[str, str]


def gates_in(groups: Iterable[Group]) -> tuple[Gate, ...]:
    """Find the gates of a manifest, each once, in its order."""
    axes = (axis for group in groups for axis in group.job_axes)
    return tuple(dict.fromkeys(gate for axis in axes if (gate := _gate_of(axis))))


class PickedJobs:
    """Tells of jobs which picks they rest on, whether by themselves or by what they are made from."""

    def __init__(self, groups: Iterable[Group], jobs: Iterable[AskedJob]) -> None:
        """Look at a manifest.

        Args:
            groups: its groups.
            jobs: all that it asks for as long as nobody has picked anything: then everything may be.
        """
        groups = tuple(groups)
        self._jobs = {job.key: job for job in jobs}
        self._places = {gate: place for place, gate in enumerate(gates_in(groups))}
        self._axes = {group.name: group.job_axes for group in groups if group.job_axes}
        self._members: dict[str, MemberKeys] = {}
        self._known: dict[tuple[_Label, ...] | str, Clauses] = {}
        self.clauses = {key: found for key, job in self._jobs.items() if (found := self._of(job))}
        """By key; only of jobs that rest on picks."""

    def offers(self, keys: Iterable[str]) -> tuple[Offer, ...]:
        """Add up the jobs that rest on the same picks.

        Args:
            keys: of the jobs that count, of those that rest on picks.
        """
        sums: dict[Clauses, list[Credits]] = defaultdict(list)
        for key in keys:
            sums[self.clauses[key]].append(self._jobs[key].credits)
        return tuple(Offer(clauses, len(prices), Credits(sum(prices))) for clauses, prices in sums.items())

    def _of(self, job: AskedJob) -> Clauses:
        axes = self._axes.get(job.group)
        if axes is None:
            return ()
        mine = frozenset(axis.name for axis in axes)
        labels = (("", job.group), *(pair for pair in job.labels if pair[0] in mine))
        if labels not in self._known:
            self._known[labels] = ()  # no group rests on itself
            self._known[labels] = tuple(dict.fromkeys(self._found(job, axes)))
        return self._known[labels]

    def _found(self, job: AskedJob, axes: Iterable[JobAxis]) -> Iterator[Clause]:
        members = self._members_in(job)
        by_axis = dict(job.labels)
        for axis in axes:
            keys = members.get((axis.name, by_axis.get(axis.name, "")), ())
            if keys and (gate := _gate_of(axis)):
                yield Clause(self._places[gate], keys)
            yield from self._of_members(keys)

    def _of_members(self, keys: tuple[str, ...]) -> Iterator[Clause]:
        """Tell what has to be picked so that one of these is made."""
        each = [self._of(self._jobs[key]) for key in keys if key in self._jobs]
        if len(each) == 1 or not all(each):
            yield from each[0] if len(each) == 1 else ()
            return
        alternatives: dict[int, dict[str, None]] = {}
        for clause in chain.from_iterable(each):
            alternatives.setdefault(clause.gate, {}).update(dict.fromkeys(clause.keys))
        yield from (Clause(gate, tuple(found)) for gate, found in alternatives.items())

    def _members_in(self, job: AskedJob) -> MemberKeys:
        """Find what the labels of a group stand for."""
        if job.group not in self._members:
            self._members[job.group] = member_keys(job.columns)
        return self._members[job.group]


def _gate_of(axis: JobAxis) -> Gate | None:
    return Gate(axis.picks, axis.group, axis.min_rating) if axis.picks else None
