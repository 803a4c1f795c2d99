"""What the groups of a manifest give each other: results, as far as they are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sora2batch.catalog.tool import Kind, Tool
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.manifest.describe import describe
from sora2batch.manifest.model import Group, JobAxis, Manifest
from sora2batch.manifest.tree import Tree
from sora2batch.matrix.combine import AxisValues
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.grid import Grid
from sora2batch.matrix.group_order import groups_in_order
from sora2batch.matrix.job_axis import AxisFaults, UpstreamGroup, result_values
from sora2batch.matrix.output_check import MadeMedia, OutputCheck
from sora2batch.matrix.output_mark import mark_output
from sora2batch.matrix.picked import BrokenPicksError, PicksFiles, no_choice
from sora2batch.matrix.stage import Results, Stager, Stages, Taken

_MADE = {Kind.IMAGE: "image", Kind.VIDEO: "video"}
"""The kind of media that each kind of tool makes."""


class UpstreamResults:
    """Keeps the groups that were made, for those that are made from them."""

    def __init__(self, manifest: Manifest, tree: Tree, diagnostics: Diagnostics, results: Results) -> None:
        self._names = [group.name for group in manifest.groups]
        self._wanted = {axis.group for group in manifest.groups for axis in group.job_axes}
        self._diagnostics = diagnostics
        self.picks = PicksFiles(tree, manifest.data_file, diagnostics)
        self._groups: dict[str, UpstreamGroup] = {}
        self._stager = Stager(results)
        self._taken: dict[str, Taken] = {}
        """What each job that rests on others is now, by its key; see ``Stager.take``."""
        self._marks: dict[str, Fingerprint] = {}
        self._made: dict[str, MadeMedia] = {}
        """What each job so far makes, by the mark of its result."""
        self._gates: dict[str, str] = {}
        """By group: the picks file that it waits for."""
        self.slips: list[Fault] = []
        """Axes that nothing is left of."""

    def in_turn(self, groups: Sequence[Group]) -> tuple[Group, ...]:
        """Sort the groups so that each comes after those that it is made from; circles are noted."""
        return groups_in_order(groups, self._diagnostics)

    def add(self, group: Group, tool: Tool, grid: Grid, jobs: tuple[AskedJob, ...]) -> None:
        """Keep a group that was made; one of which jobs are missing is faulty, which has been noted."""
        if len(jobs) < len(grid.cells) * group.repeat:
            return
        known = [job for job in jobs if isinstance(job, Job)]
        self._stager.take_all(known)
        if group.name in self._wanted:
            marks = [mark_output(job.key) for job in jobs]
            self._groups[group.name] = UpstreamGroup(group, grid, jobs, marks)
            kind = _MADE[tool.kind]
            self._made.update(
                [(mark, MadeMedia(job.key, kind)) for mark, job in zip(marks, jobs, strict=True)]
            )
            self._marks.update([(job.key, job.fingerprint) for job in known])
        for job in jobs if len(known) < len(jobs) else ():
            if isinstance(job, PendingJob):
                now = self._taken[job.key] = self._stager.take(job)
                if isinstance(now, Job):
                    self._marks[job.key] = now.fingerprint

    def stages(self, asked: tuple[AskedJob, ...]) -> Stages:
        """Sort all jobs, in the order of the manifest; of a faulty one this is never called."""
        return Stages.of(asked, self._taken, self._stager.made)

    def values(self, group: Group, axis: JobAxis) -> AxisValues | None:
        """Make the values of an axis of results; None where its group could not be made, or this is noted."""
        upstream = self._groups.get(axis.group)
        if upstream is None:
            return None
        path: DataPath = ("jobs", group.name, "matrix", axis.name)
        try:
            chosen, why = self._chosen(group, axis, upstream)
            values = result_values(axis, upstream, chosen, path, _named(group, axis, upstream))
        except AxisFaults as error:
            for fault in error.faults:
                self._diagnostics.add(fault)
            return None
        except BrokenPicksError:
            return None
        faults = tuple(_unknown(group, axis, values))
        for fault in faults:
            self._diagnostics.add(fault)
        if why and upstream.jobs and len(values.values) == values.spare:
            key, message = why
            self.slips.append(Fault(path=(*path, key), rule=Rule.NO_JOBS, message=message))
        return None if faults else values

    def left_out(self, group: Group, entry: dict[str, JsonValue]) -> bool:
        """Tell whether an entry of ``exclude`` means a result that is there and was not picked."""
        for axis in group.job_axes:
            name, upstream = entry.get(axis.name), self._groups.get(axis.group)
            if upstream and axis.by is None and isinstance(name, str) and name in upstream.places:
                return axis.picks is not None
        return False

    def of(self, group: Group) -> GroupUpstream | None:
        """Tell what a group is made from; None for one that needs no other."""
        if not group.job_axes:
            return None
        return GroupUpstream(axes=group.job_axes, made=self._made, gate=self._gates.get(group.name))

    def _chosen(
        self, group: Group, axis: JobAxis, upstream: UpstreamGroup
    ) -> tuple[Callable[[AskedJob], bool], tuple[str, str] | None]:
        """Find what was picked; and where to say what, should nothing be left."""
        why = ("where", f"where leaves no result of {axis.group}, so {group.name} has no job")
        if axis.picks is None:
            return _every, why if axis.where else None
        picks = self.picks.read(axis, group.name)
        if picks is None:
            self._gates[group.name] = axis.picks
            return _every, why if axis.where else None
        keys, is_lost = self.picks.chosen(axis, picks, upstream.jobs, self._marks, self._names)
        if not keys:
            why = ("picks", no_choice(axis, group.name, picks.picks))
        return (lambda job: job.key in keys), None if is_lost else why


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUpstream:
    """What one group is made from."""

    axes: tuple[JobAxis, ...]
    made: Mapping[str, MadeMedia]
    """What each job makes that it may rest on, by the mark of its result."""
    gate: str | None
    """The picks file that it waits for."""

    def check_for(self, tool: Tool) -> OutputCheck:
        """Get ready to look at its inputs."""
        return OutputCheck(tool, self.axes, self.made)


def _every(_: AskedJob) -> bool:
    return True


def _named(group: Group, axis: JobAxis, upstream: UpstreamGroup) -> tuple[int, ...]:
    """Find the results that ``include`` names; these are there whatever ``where`` and ``picks`` say."""
    include = group.matrix.include if group.matrix and axis.by is None else ()
    names = (entry.get(axis.name) for entry in include)
    found = (upstream.places.get(name) for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(at for at in found if at is not None))


def _unknown(group: Group, axis: JobAxis, values: AxisValues) -> Iterator[Fault]:
    """Find what ``include`` names on an axis and is no result; a mapping is a value of its own."""
    labels = values.labels or ()
    for at, entry in enumerate(group.matrix.include if group.matrix else ()):
        if axis.name in entry and not isinstance(name := entry[axis.name], dict) and name not in labels:
            text = name if isinstance(name, str) else ""
            yield Fault(
                path=("jobs", group.name, "matrix", "include", at, axis.name),
                rule=Rule.UNKNOWN_AXIS,
                message=f"is {describe(name)}, which is no result of {axis.group}",
                hint=did_you_mean(text.removeprefix(f"{axis.group}/"), labels),
            )
