"""What the groups of a manifest give each other: results, as far as they are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sora2batch.catalog.tool import Kind, Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.manifest.model import Group, JobAxis
from sora2batch.manifest.tree import Tree
from sora2batch.matrix.combine import AxisValues
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.grid import Grid
from sora2batch.matrix.job_axis import AxisFaults, UpstreamGroup, result_values
from sora2batch.matrix.output_mark import holds_output, is_output, outputs_in
from sora2batch.matrix.picked import BrokenPicksError, PicksFiles
from sora2batch.matrix.stage import Results, Stager

_MADE = {Kind.IMAGE: "image", Kind.VIDEO: "video"}
"""The kind of media that each kind of tool makes."""


class UpstreamResults:
    """Keeps the groups that were made, for those that are made from them."""

    def __init__(
        self, tree: Tree, name_of: Callable[[str], str], diagnostics: Diagnostics, results: Results
    ) -> None:
        self._diagnostics = diagnostics
        self._picks = PicksFiles(tree, name_of, diagnostics)
        self._groups: dict[str, UpstreamGroup] = {}
        self._stager = Stager(results)
        self.taken: dict[str, Job | PendingJob | str] = {}
        """What each job is now, by its key; see ``Stager.take``."""
        self._marks: dict[str, Fingerprint] = {}
        self._gates: dict[str, str] = {}
        """By group: the picks file that it waits for."""

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The name of each picks file that was read with the sha256 of its bytes in hex; sorted."""
        return self._picks.digests

    def add(self, group: Group, tool: Tool, grid: Grid, jobs: tuple[AskedJob, ...]) -> None:
        """Keep a group that was made."""
        self._groups[group.name] = UpstreamGroup(group.name, tool.kind, grid.columns, jobs)
        for job in jobs:
            now = self.taken[job.key] = self._stager.take(job)
            if isinstance(now, Job):
                self._marks[job.key] = now.fingerprint

    def values(self, group: Group, axis: JobAxis) -> AxisValues | None:
        """Make the values of an axis of results; None where its group could not be made, or this is noted."""
        upstream = self._groups.get(axis.group)
        if upstream is None:
            return None
        path: DataPath = ("jobs", group.name, "matrix", axis.name)
        try:
            chosen = self._chosen(group, axis, upstream)
            return result_values(axis, upstream, chosen, path)
        except AxisFaults as error:
            for fault in error.faults:
                self._diagnostics.add(fault)
        except BrokenPicksError:
            pass
        return None

    def of(self, group: Group) -> GroupUpstream | None:
        """Tell what a group is made from; None for one that needs no other."""
        if not group.job_axes:
            return None
        makers = {axis.group: self._groups[axis.group].kind for axis in group.job_axes}
        kinds = {job.key: _MADE[makers[name]] for name in makers for job in self._groups[name].jobs}
        return GroupUpstream(kinds=kinds, gate=self._gates.get(group.name))

    def _chosen(self, group: Group, axis: JobAxis, upstream: UpstreamGroup) -> Callable[[AskedJob], bool]:
        if axis.picks is None:
            return _every
        picks = self._picks.read(axis, group.name)
        if picks is None:
            self._gates[group.name] = axis.picks
            return _every
        keys = self._picks.chosen(axis, picks, upstream.jobs, self._marks)
        return lambda job: job.key in keys


def _every(_: AskedJob) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUpstream:
    """What one group is made from."""

    kinds: Mapping[str, str]
    """By the key of each job that it may rest on: the kind of media that its result is."""
    gate: str | None
    """The picks file that it waits for."""

    def faults(self, input: JsonObject, media: Mapping[str, str]) -> tuple[Fault, ...]:
        """Find results that stand where no file can be sent, or another kind of file is.

        Args:
            input: rendered; paths of faults are below it.
            media: the fields that take files, with the kind of each.
        """
        return tuple(self._faults(input, media))

    def _faults(self, input: JsonObject, media: Mapping[str, str]) -> Iterator[Fault]:
        for name, value in input.items():
            if not holds_output(value):
                continue
            kind = media.get(name)
            if kind is None or not _stand_alone(value):
                yield _misplaced(name, media)
            else:
                yield from self._of_other_kind(name, outputs_in(value), kind)

    def _of_other_kind(self, name: str, keys: Iterable[str], kind: str) -> Iterator[Fault]:
        for made in {self.kinds.get(key, kind) for key in keys} - {kind}:
            message = f"takes a file of kind {kind}, and the results are of kind {made}"
            yield Fault(path=(name,), rule=Rule.UNUSABLE_MEDIA, message=message)


def _stand_alone(value: JsonValue) -> bool:
    """Tell whether results stand alone: as the whole value, or as whole items of a list."""
    items = value if isinstance(value, list) else [value]
    return all(not holds_output(item) or (isinstance(item, str) and is_output(item)) for item in items)


def _misplaced(name: str, media: Mapping[str, str]) -> Fault:
    where = f"alone in {' or '.join(media)}" if media else "nowhere: this tool takes no file"
    message = f"holds the result of a job, which is a file; it can stand {where}"
    return Fault(path=(name,), rule=Rule.MISPLACED_OUTPUT, message=message)
