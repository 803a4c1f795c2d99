"""Where a value of an axis is written: in the manifest, or in a row of a data file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sora2batch.canonical import JsonValue
from sora2batch.job import Column
from sora2batch.manifest.model import Axis, FileAxis, Group, Manifest
from sora2batch.matrix.datafile import DataFiles
from sora2batch.matrix.label import label_of
from sora2batch.matrix.match import same
from sora2batch.problem import DataPath, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A value, by what its jobs are called."""

    group: str
    columns: Sequence[Column]
    """Of the group."""
    pair: tuple[str, str]
    """(axis, label)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A value in a data file."""

    file: str
    """As problems name it."""
    position: Position
    path: DataPath


Spot: TypeAlias = DataPath | Row
"""A path in the manifest, or a place in another file."""


class Whereabouts:
    """Finds the values of one manifest; only asked when something is wrong with one."""

    def __init__(self, manifest: Manifest, files: DataFiles) -> None:
        self._groups = {group.name: group for group in manifest.groups}
        self._files = files
        self._name_of = manifest.data_file

    def spot(self, written: Written) -> Spot:
        """Find where a value is written; its group where that is not known."""
        group = self._groups[written.group]
        found = (
            spot
            for column in written.columns
            if written.pair in column.labels
            for spot in self._spots(group, column, column.labels.index(written.pair))
        )
        return next(found, ("jobs", group.name))

    def _spots(self, group: Group, column: Column, place: int) -> Iterator[Spot]:
        assert group.matrix is not None
        value = column.values[place]
        for axis in group.matrix.axes:
            if axis.name == column.name:
                yield from self._on_axis(group, axis, place, value)
        for number, entry in enumerate(group.matrix.include):
            if column.name in entry and same(entry[column.name], value):
                path = ("jobs", group.name, "matrix", "include", number, column.name)
                yield (*path, *_naming_key(value))

    def _on_axis(self, group: Group, axis: Axis | FileAxis, place: int, value: JsonValue) -> Iterator[Spot]:
        match axis:
            case Axis(values=values) if place < len(values):
                yield ("jobs", group.name, "matrix", axis.name, place, *_naming_key(value))
            case FileAxis(source=source) if place < len(self._files.values(source)):
                position = self._files.position(source, place)
                yield Row(file=self._name_of(source), position=position, path=(place, *_naming_key(value)))
            case _:
                return


def _naming_key(value: JsonValue) -> tuple[str, ...]:
    """Tell which key of a mapping names it."""
    if not isinstance(value, dict):
        return ()
    named = (key for key in ("id", "name") if label_of({key: value.get(key)}, 0) != "0")
    return tuple(named)[:1]
