"""One job group, made ready: its tool, its cells, its compiled templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple, assert_never

from sora2batch.catalog.catalog import Catalog, UnknownToolError
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import AnyAxis, Axis, FileAxis, Group, JobAxis, Manifest, Matrix, RandomDraw
from sora2batch.manifest.tree import TreeError
from sora2batch.matrix.combine import AxisValues, combine
from sora2batch.matrix.datafile.read import KNOWN_ENDINGS, DataFiles, has_known_ending
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.field import Part, PlacedError, compile_value
from sora2batch.matrix.file_pattern import makes_files
from sora2batch.matrix.grid import LONE_CELL, Grid
from sora2batch.matrix.input_files import InputFiles
from sora2batch.matrix.sample import sample_cells
from sora2batch.template.template import Compiler

if TYPE_CHECKING:
    from sora2batch.matrix.upstream import UpstreamResults

MAX_CELLS = 1_000_000
_LOOKED_AT = 1_000
"""Values of an axis that are held against an entry of exclude that fits none."""


class Field(NamedTuple):
    """One field of a group's input."""

    part: Part
    origin: DataPath
    """Where it is written: in the group, or in the defaults."""


def find_tool(manifest: Manifest, group: Group, catalog: Catalog, diagnostics: Diagnostics) -> Tool | None:
    """Look up a group's tool; None if there is none, which has been told.

    A retired tool is found like any other, so that what was made with it can be looked at; plans refuse it.
    """
    if not group.tool_type:
        return None
    try:
        return catalog.get(group.tool_type)
    except UnknownToolError as error:
        path = _tool_path(manifest, group)
        fault = Fault(path=path, rule=Rule.UNKNOWN_TOOL, message=error.message, hint=error.hint)
        diagnostics.add(fault)
        return None


def _tool_path(manifest: Manifest, group: Group) -> DataPath:
    match manifest.document.data:
        case {"jobs": {group.name: {"tool": _}}}:
            return ("jobs", group.name, "tool")
        case _:
            return ("tool",)


class GridBuilder:
    """Makes the cells of groups; problems go to the diagnostics, what may be a slip is kept."""

    def __init__(
        self,
        files: DataFiles,
        input_files: InputFiles,
        upstream: UpstreamResults | None,
        diagnostics: Diagnostics,
    ) -> None:
        self._files = files
        self._input_files = input_files
        self._upstream = upstream
        self._diagnostics = diagnostics
        self.slips: list[Fault] = []

    def build(self, group: Group) -> Grid | None:
        """Make the cells of a group; None if the diagnostics say why not."""
        if group.matrix is None:
            return LONE_CELL
        axes = [self._axis(group, axis) for axis in group.matrix.axes]
        known = [axis for axis in axes if axis is not None]
        if len(known) < len(axes) or not self._is_small(group, group.matrix, known):
            return None
        combination = combine(known, group.matrix.include, group.matrix.exclude)
        for index in combination.idle_excludes:
            if not (self._upstream and self._upstream.left_out(group, group.matrix.exclude[index])):
                self.slips.append(_idle_exclude(group, index, group.matrix.exclude[index], known))
        grid = sample_cells(combination.grid, group.sample) if group.sample else combination.grid
        if len(grid.cells) * group.repeat > MAX_CELLS:
            self._refuse_size(group, len(grid.cells) * group.repeat, "jobs")
            return None
        if not grid.cells and all(axis.values for axis in known):
            message = "exclude leaves no cell, so the group has no job"
            self.slips.append(Fault(path=("jobs", group.name), rule=Rule.NO_JOBS, message=message))
        return grid

    def _axis(self, group: Group, axis: AnyAxis) -> AxisValues | None:
        match axis:
            case Axis(name, values):
                return AxisValues(name=name, values=values)
            case FileAxis(name, source):
                found = self._file_values(("jobs", group.name, "matrix", name, "from"), source)
                return None if found is None else AxisValues(name=name, values=found)
            case JobAxis():
                return self._upstream.values(group, axis) if self._upstream else None
            case _:
                assert_never(axis)

    def _file_values(self, path: DataPath, source: str) -> tuple[JsonValue, ...] | None:
        if not has_known_ending(source) and not makes_files(source):
            known = f"the name must end in {listed(KNOWN_ENDINGS)}"
            message = f'"{source}" cannot be read: {known}, or be a pattern of files such as images/*.jpg'
            self._diagnostics.add(Fault(path=path, rule=Rule.UNKNOWN_FILE_TYPE, message=message))
            return None
        try:
            return self._files.values(source) if has_known_ending(source) else self._found(path, source)
        except TreeError as error:
            rule, message, hint = Rule.UNREADABLE_FILE, error.message, error.hint
            self._diagnostics.add(Fault(path=path, rule=rule, message=message, hint=hint))
        except ManifestError as error:
            self._diagnostics.add_all(error.problems)
        return None

    def _found(self, path: DataPath, pattern: str) -> tuple[JsonValue, ...] | None:
        faults: list[Fault] = []
        values = self._input_files.axis_values(pattern, faults)
        for fault in faults:
            self._diagnostics.add(replace(fault, path=path))
        return None if faults else values

    def _is_small(self, group: Group, matrix: Matrix, axes: list[AxisValues]) -> bool:
        """Refuse what would take for ever before a single cell is made."""
        cells = (prod(len(axis.values) for axis in axes) if axes else 0) + len(matrix.include)
        if cells > MAX_CELLS:
            self._refuse_size(group, cells, "cells")
            return False
        kept = min(cells, group.sample.count) if isinstance(group.sample, RandomDraw) else cells
        if group.sample is None and kept * group.repeat > MAX_CELLS and not matrix.exclude:
            self._refuse_size(group, kept * group.repeat, "jobs")
            return False
        return True

    def _refuse_size(self, group: Group, size: int, what: str) -> None:
        message = f"the matrix has {size:,} {what}, more than {MAX_CELLS:,}"
        path, hint = ("jobs", group.name, "matrix"), "use fewer values, or several groups"
        self._diagnostics.add(Fault(path=path, rule=Rule.MATRIX_TOO_LARGE, message=message, hint=hint))


def _idle_exclude(group: Group, index: int, entry: JsonObject, axes: Iterable[AxisValues]) -> Fault:
    message = f"matches no cell: {json.dumps(entry, ensure_ascii=False)}; is it a slip?"
    path = ("jobs", group.name, "matrix", "exclude", index)
    hints = (_what_was_meant(entry[axis.name], axis) for axis in axes if axis.name in entry)
    hint = next((hint for hint in hints if hint), None)
    return Fault(path=path, rule=Rule.IDLE_EXCLUDE, message=message, hint=hint)


def _what_was_meant(given: JsonValue, axis: AxisValues) -> str | None:
    """Say how a value may have been meant: by a key of its own, as it has no such id, or another word."""
    if isinstance(given, dict | list):
        return None
    values = axis.values[:_LOOKED_AT]
    rows = [value for value in values if isinstance(value, dict)]
    key = next((key for row in rows for key, item in row.items() if key != "id" and item == given), None)
    if key is not None and not any(row.get("id") == given for row in rows):
        told = json.dumps(given, ensure_ascii=False)
        return f"name the key that holds it: {{{axis.name}: {{{key}: {told}}}}}"
    words = [value.get("id") if isinstance(value, dict) else value for value in values]
    return did_you_mean(given, [word for word in words if isinstance(word, str | int | float)])


def compile_fields(
    manifest: Manifest, group: Group, compiler: Compiler, diagnostics: Diagnostics
) -> Mapping[str, Field]:
    """Compile a group's input over the defaults, key by key; what is no good is noted and left out."""
    fields: dict[str, Field] = {}
    own: DataPath = ("jobs", group.name, "input")
    common: DataPath = ("defaults", "input")
    for name, value in {**manifest.default_input, **group.input}.items():
        origin = (*(own if name in group.input else common), name)
        try:
            fields[name] = Field(part=compile_value(value, origin, compiler), origin=origin)
        except PlacedError as error:
            diagnostics.add(error.fault)
    return fields
