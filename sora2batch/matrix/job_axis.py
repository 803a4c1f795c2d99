"""The results of one group as the values of an axis of another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.manifest.model import Group, JobAxis
from sora2batch.matrix.combine import AxisValues
from sora2batch.matrix.grid import ABSENT, Grid
from sora2batch.matrix.label import unique_names
from sora2batch.matrix.output_mark import mark_output
from sora2batch.matrix.result_filter import TAKE, ResultFilter, axis_fault

_OF_RESULTS = frozenset({"id", "key", TAKE, "output"})
_OF_SETS = frozenset({"id", "keys", TAKE, "outputs"})
"""Names that a value has by itself, so that an axis cannot have them."""


class UpstreamGroup:
    """A group that others are made from, with its jobs."""

    def __init__(self, group: Group, grid: Grid, jobs: tuple[AskedJob, ...], marks: Sequence[str]) -> None:
        """Keep a group that was made.

        Args:
            group: as it is written.
            grid: its cells.
            jobs: cell by cell, the takes of one cell after each other.
            marks: what stands for the result of each.
        """
        self.name = group.name
        self.grid = grid
        self.repeat = group.repeat
        self.jobs = jobs
        self._marks = marks

    def label(self, job: AskedJob) -> str:
        """Name a result: the key without the group; the group itself where that is all of it."""
        return job.key.removeprefix(f"{self.name}/")

    def value(self, at: int) -> JsonObject:
        """Make the value of the result of a job, by its place in the group."""
        job = self.jobs[at]
        return {
            **self.grid.values(at // self.repeat),
            "id": self.label(job),
            "key": job.key,
            TAKE: job.take,
            "output": self._marks[at],
        }

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Tell the place of each job by the label of its result."""
        return {self.label(job): at for at, job in enumerate(self.jobs)}


class AxisFaults(Exception):  # noqa: N818 - faults are what it brings
    """What is wrong with an axis of results."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def result_values(
    axis: JobAxis,
    upstream: UpstreamGroup,
    chosen: Callable[[AskedJob], bool],
    path: DataPath,
    named: Collection[int] = (),
) -> AxisValues:
    """Make one value of each result, or of each set of results that belong together.

    Args:
        axis: as it is written.
        upstream: the group whose results they are.
        chosen: whether a result was picked.
        path: where the axis stands.
        named: places of results that ``include`` names, whether or not they are chosen.

    Raises:
        AxisFaults: it names what that group does not have, or that group has an axis that would be hidden.
    """
    faults = [*_hidden(axis, upstream), *_by_faults(axis, upstream, path)]
    wanted = ResultFilter(axis, upstream.name, upstream.grid, upstream.repeat, path)
    if faults or wanted.faults:
        raise AxisFaults(*faults, *wanted.faults)
    places = [at for at in wanted.places() if chosen(upstream.jobs[at])]
    if axis.by is not None:
        return _sets(axis.name, axis.by, places, upstream)
    taken = set(places) if named else ()
    spare = [at for at in named if at not in taken]
    values = tuple(upstream.value(at) for at in (*places, *spare))
    labels = tuple(str(value["id"]) for value in values)
    return AxisValues(name=axis.name, values=values, labels=labels, spare=len(spare))


def _hidden(axis: JobAxis, upstream: UpstreamGroup) -> Iterator[Fault]:
    """Find axes of the group that a value could not show, as it has something else under their names."""
    names = [column.name for column in upstream.grid.columns]
    own = _OF_RESULTS if axis.by is None else _OF_SETS
    for name in names if axis.by is None else [name for name in names if name in axis.by]:
        if name in own:
            of_it = f"{{{{ {axis.name}.{name} }}}}"
            yield Fault(
                path=("jobs", upstream.name, "matrix", name),
                rule=Rule.BAD_NAME,
                message=f"is what every result calls something of its own: {of_it} would not be this axis",
                hint="give it another name: a new name pays for nothing again",
                target=Target.KEY,
            )


def _by_faults(axis: JobAxis, upstream: UpstreamGroup, path: DataPath) -> Iterator[Fault]:
    for at, name in enumerate(axis.by or ()):
        if (fault := axis_fault(name, upstream.name, upstream.grid.columns, (*path, "by", at))) is not None:
            yield fault


def _sets(name: str, by: Sequence[str], places: Iterable[int], upstream: UpstreamGroup) -> AxisValues:
    """Gather the results that have the same values on some axes."""
    grid = upstream.grid
    columns = [(at, column) for axis in by for at, column in enumerate(grid.columns) if column.name == axis]
    sets: dict[tuple[int, ...], list[AskedJob]] = {}
    for at in places:
        cell = grid.cells[at // upstream.repeat]
        sets.setdefault(tuple(cell[column] for column, _ in columns), []).append(upstream.jobs[at])
    named = [
        [(column, place) for (_, column), place in zip(columns, meant, strict=True) if place != ABSENT]
        for meant in sets
    ]
    labels = unique_names(
        ["/".join(column.labels[place][1] for column, place in pairs) or upstream.name for pairs in named]
    )
    values: list[JsonValue] = []
    for label, pairs, members in zip(labels, named, sets.values(), strict=True):
        shared: JsonObject = {column.name: column.values[place] for column, place in pairs}
        outputs: list[JsonValue] = [mark_output(job.key) for job in members]
        keys: list[JsonValue] = [job.key for job in members]
        values.append({**shared, "id": label, "keys": keys, "outputs": outputs})
    return AxisValues(name=name, values=tuple(values), labels=labels)
