"""The results of one group as the values of an axis of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sora2batch.catalog.tool import Kind
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.manifest.model import JobAxis
from sora2batch.matrix.combine import AxisValues, places_meant
from sora2batch.matrix.label import unique_names
from sora2batch.matrix.output_mark import mark_output

_TAKE = "take"


class UpstreamGroup(NamedTuple):
    """A group that others are made from, with its jobs."""

    name: str
    kind: Kind
    """What its results are."""
    columns: tuple[Column, ...]
    jobs: tuple[AskedJob, ...]


class AxisFaults(Exception):  # noqa: N818 - faults are what it brings
    """What is wrong with an axis of results."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def result_values(
    axis: JobAxis, upstream: UpstreamGroup, chosen: Callable[[AskedJob], bool], path: DataPath
) -> AxisValues:
    """Make one value of each result, or of each set of results that belong together.

    Args:
        axis: as it is written.
        upstream: the group whose results they are.
        chosen: whether a result was picked.
        path: where the axis stands.

    Raises:
        AxisFaults: it names what that group does not have.
    """
    wanted = _Filter(axis, upstream, path)
    jobs = [job for job in upstream.jobs if wanted.takes(job) and chosen(job)]
    if axis.by is None:
        labels = unique_names([_label(job) for job in jobs])
        made = [_value(job, label, upstream) for job, label in zip(jobs, labels, strict=True)]
        return AxisValues(name=axis.name, values=tuple(made), labels=labels)
    _check_names(axis.by, upstream, (*path, "by"))
    return _sets(axis.name, axis.by, jobs, upstream)


class _Filter:
    """What ``where`` lets through."""

    def __init__(self, axis: JobAxis, upstream: UpstreamGroup, path: DataPath) -> None:
        here = (*path, "where")
        _check_names((name for name, _ in axis.where if name != _TAKE), upstream, here)
        columns = {column.name: column for column in upstream.columns}
        self._takes: list[frozenset[int]] = []
        self._labels: list[frozenset[tuple[str, str]]] = []
        for name, values in axis.where:
            if name == _TAKE:
                self._takes.append(frozenset(value for value in values if isinstance(value, int)))
            else:
                self._labels.append(_labels_meant(values, columns[name], (*here, name)))

    def takes(self, job: AskedJob) -> bool:
        """Tell whether a job has all that is asked for."""
        return all(job.take in takes for takes in self._takes) and all(
            not labels.isdisjoint(job.labels) for labels in self._labels
        )


def _labels_meant(values: Sequence[JsonValue], column: Column, path: DataPath) -> frozenset[tuple[str, str]]:
    """Find the labels of the values that are meant, by what they are, by their ids or by their labels."""
    found: set[tuple[str, str]] = set()
    for value in values:
        meant = {column.labels[place] for place in places_meant(value, column.values)}
        meant.update(label for label in column.labels if label[1] == value)
        if not meant:
            labels = [label for _, label in column.labels]
            message = f"no value of {column.name} is {value!r}" if isinstance(value, str) else "fits no value"
            hint = did_you_mean(str(value), labels)
            raise AxisFaults(Fault(path=path, rule=Rule.UNKNOWN_AXIS, message=message, hint=hint))
        found |= meant
    return frozenset(found)


def _check_names(names: Iterable[str], upstream: UpstreamGroup, path: DataPath) -> None:
    known = [column.name for column in upstream.columns]
    wrong = [name for name in names if name not in known]
    if wrong:
        has = f"{upstream.name} has {listed(known)}" if known else f"{upstream.name} has no axes"
        faults = (
            Fault(
                path=path,
                rule=Rule.UNKNOWN_AXIS,
                message=f'"{name}" is no axis of the group that the results come from; {has}',
                hint=did_you_mean(name, known),
            )
            for name in wrong
        )
        raise AxisFaults(*faults)


def _label(job: AskedJob) -> str:
    """The key without the group; the group itself where that is all of it."""
    return job.key.removeprefix(f"{job.group}/")


def _own_values(job: AskedJob, upstream: UpstreamGroup) -> dict[str, JsonValue]:
    known = _values_by_label(upstream.columns)
    return {pair[0]: known[pair] for pair in job.labels if pair in known}


def _values_by_label(columns: Sequence[Column]) -> Mapping[tuple[str, str], JsonValue]:
    return {
        label: value for column in columns for label, value in zip(column.labels, column.values, strict=True)
    }


def _value(job: AskedJob, label: str, upstream: UpstreamGroup) -> JsonObject:
    return {
        **_own_values(job, upstream),
        "id": label,
        "key": job.key,
        "take": job.take,
        "output": mark_output(job.key),
    }


def _sets(name: str, by: Sequence[str], jobs: Sequence[AskedJob], upstream: UpstreamGroup) -> AxisValues:
    """Gather the results that have the same values on some axes."""
    sets: dict[tuple[tuple[str, str], ...], list[AskedJob]] = {}
    for job in jobs:
        mine = dict(job.labels)
        sets.setdefault(tuple((axis, mine.get(axis, "")) for axis in by), []).append(job)
    known = _values_by_label(upstream.columns)
    labels = unique_names(["/".join(label for _, label in pairs if label) or upstream.name for pairs in sets])
    values: list[JsonValue] = []
    for label, (pairs, members) in zip(labels, sets.items(), strict=True):
        shared: JsonObject = {pair[0]: known[pair] for pair in pairs if pair in known}
        outputs: list[JsonValue] = [mark_output(job.key) for job in members]
        keys: list[JsonValue] = [job.key for job in members]
        values.append({**shared, "id": label, "keys": keys, "outputs": outputs})
    return AxisValues(name=name, values=tuple(values), labels=labels)


def placed(faults: Iterable[Fault], path: DataPath) -> tuple[Fault, ...]:
    """Put faults below a place."""
    return tuple(replace(fault, path=(*path, *fault.path)) for fault in faults)
