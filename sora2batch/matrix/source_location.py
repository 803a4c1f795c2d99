"""Where a value of an axis is written: in the manifest, or in a row of a data file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.problem import DataPath, Position, Source
from sora2batch.manifest.model import AnyAxis, Axis, FileAxis, Group, JobAxis, Manifest
from sora2batch.matrix.combine import same
from sora2batch.matrix.datafile.read import DataFiles, has_known_ending
from sora2batch.matrix.label import label_of


class LabelledValue(NamedTuple):
    """A value, by what its jobs are called."""

    group: str
    columns: Sequence[Column]
    """Of the group."""
    pair: tuple[str, str]
    """(axis, label)"""


class DataFileLocation(NamedTuple):
    """A value in a data file."""

    file: str
    """As problems name it."""
    position: Position
    path: DataPath


class TemplateReads(NamedTuple):
    """What a template reads in one cell."""

    group: str
    template: DataPath
    """Where it is written."""
    values: Sequence[tuple[Column, int]]
    """Each column, and which of its values."""


Location: TypeAlias = DataPath | DataFileLocation
"""A path in the manifest, or a place in another file."""


class SourceLocator:
    """Finds the values of one manifest; only asked when something is wrong with one."""

    def __init__(self, manifest: Manifest, files: DataFiles) -> None:
        self._groups = {group.name: group for group in manifest.groups}
        self._files = files
        self._name_of = manifest.data_file
        self._document = manifest.document

    def sources(self, reads: TemplateReads) -> Iterator[Source]:
        """Find where the values are written that a template reads in one cell."""
        group, text = self._groups[reads.group], self.text_at(reads.template)
        for column, place in reads.values:
            key = next(keys_read(text, column.name, column.values[place]), None)
            source = self.source(group.name, column, place, key)
            if source is not None:
                yield source

    def source(self, group: str, column: Column, place: int, key: str | None = None) -> Source | None:
        """Find where one value of a column is written, or what it has under a key."""
        found = self._locations(self._groups[group], column, place, (key,) if key else ())
        location = next(found, None)
        return None if location is None else self._source(location, column.name, key)

    def _source(self, location: Location, axis: str, key: str | None) -> Source:
        name = f"{axis}.{key}" if key else axis
        if isinstance(location, DataFileLocation):
            return Source(file=location.file, position=location.position, name=name)
        return Source(file=self._document.file, position=self._document.position(location), name=name)

    def text_at(self, path: DataPath) -> str:
        """Tell the text that is written at a place of the manifest; none where something else is."""
        data = self._document.data
        for part in path:
            match data, part:
                case dict(), str():
                    data = data.get(part)
                case list(), int() if part < len(data):
                    data = data[part]
                case _:
                    return ""
        return data if isinstance(data, str) else ""

    def location(self, labelled: LabelledValue) -> Location:
        """Find where a value is written; its group where that is not known."""
        group = self._groups[labelled.group]
        found = (
            location
            for column in labelled.columns
            if labelled.pair in column.labels
            for place in (column.labels.index(labelled.pair),)
            for location in self._locations(group, column, place, _naming_key(column.values[place]))
        )
        return next(found, ("jobs", group.name))

    def place_of(self, group: str, column: Column, place: int, key: str | None) -> Location:
        """Find where a value of a column is written, or what it has under a key; else its group."""
        found = self._locations(self._groups[group], column, place, (key,) if key else ())
        return next(found, ("jobs", group))

    def _locations(
        self, group: Group, column: Column, place: int, key: tuple[str, ...]
    ) -> Iterator[Location]:
        assert group.matrix is not None
        value = column.values[place]
        for axis in group.matrix.axes:
            if axis.name == column.name:
                yield from self._on_axis(group, axis, place, key)
        for number, entry in enumerate(group.matrix.include):
            if column.name in entry and same(entry[column.name], value):
                path = ("jobs", group.name, "matrix", "include", number, column.name)
                yield (*path, *key)

    def _on_axis(self, group: Group, axis: AnyAxis, place: int, key: tuple[str, ...]) -> Iterator[Location]:
        match axis:
            case Axis(values=values) if place < len(values):
                yield ("jobs", group.name, "matrix", axis.name, place, *key)
            case JobAxis():
                yield ("jobs", group.name, "matrix", axis.name, "from_jobs")
            case FileAxis(source=source) if not has_known_ending(source):
                yield ("jobs", group.name, "matrix", axis.name, "from")
            case FileAxis(source=source) if place < len(self._files.values(source)):
                position = self._files.position(source, place, next(iter(key), None))
                yield DataFileLocation(file=self._name_of(source), position=position, path=(place, *key))
            case _:
                return


def keys_read(text: str, axis: str, value: JsonValue) -> Iterator[str]:
    """Find which keys of a mapping a template's text asks for, in its order."""
    if not isinstance(value, dict):
        return
    asked = re.finditer(rf"\b{re.escape(axis)}\s*(?:\.\s*(\w+)|\[\s*['\"]([^'\"]+)['\"]\s*\])", text)
    yield from dict.fromkeys(key for found in asked if (key := found[1] or found[2]) in value)


def _naming_key(value: JsonValue) -> tuple[str, ...]:
    """Tell which key of a mapping names it."""
    if not isinstance(value, dict):
        return ()
    named = (key for key in ("id", "name") if label_of({key: value.get(key)}, 0) != "0")
    return tuple(named)[:1]
