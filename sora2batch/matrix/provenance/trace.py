"""A job -> where each of its values comes from: its group is made ready once more and looked through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import DataPath, format_path
from sora2batch.manifest.model import Group, Manifest
from sora2batch.manifest.tree import FileTree
from sora2batch.matrix.datafile.read import DataFiles
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.expand import grid_of
from sora2batch.matrix.field import Part, compile_value
from sora2batch.matrix.grid import ABSENT, Grid
from sora2batch.matrix.group import Field, compile_fields
from sora2batch.matrix.output_mark import with_names
from sora2batch.matrix.provenance.job_origin import CellValue, FieldKind, FieldOrigin, JobOrigin, WrittenAt
from sora2batch.matrix.provenance.read_names import NameReader, has_template
from sora2batch.matrix.render import GroupRenderer
from sora2batch.matrix.source_location import SourceLocator
from sora2batch.matrix.stage import NO_RESULTS, Results
from sora2batch.template.template import Compiler

_STEPS = 5_000_000


def trace(  # noqa: PLR0913, PLR0917 - what the job was made from, and the job
    manifest: Manifest,
    catalog: Catalog,
    tree: FileTree,
    job: AskedJob,
    index: int,
    results: Results = NO_RESULTS,
) -> JobOrigin:
    """Find where the values of a job come from.

    Args:
        manifest: a sound one.
        catalog: that it was expanded with.
        tree: its folder.
        job: one of its expansion.
        index: the job's place in its group, counted from 0.
        results: that it was expanded with.
    """
    group = next(group for group in manifest.groups if group.name == job.group)
    grid = grid_of(group.name, manifest, catalog, tree, results)
    tracer = _Tracer(manifest, tree, group, grid)
    return tracer.trace(job, index, tuple(catalog.get(job.tool_type).properties))


class _Tracer:
    """One group, made ready."""

    def __init__(self, manifest: Manifest, tree: FileTree, group: Group, grid: Grid) -> None:
        self._manifest = manifest
        self._group = group
        files = DataFiles(tree, manifest.data_file)
        self._locator = SourceLocator(manifest, files)
        diagnostics = Diagnostics(manifest, self._locator)
        self._grid = grid
        compiler = Compiler(total_steps=_STEPS)
        compiler.meter.allow(_STEPS)
        self._fields: Mapping[str, Field] = compile_fields(manifest, group, compiler, diagnostics)
        self._variables: Mapping[str, Part] = {
            name: compile_value(value, ("vars", name), compiler) for name, value in manifest.vars.items()
        }

    def trace(self, job: AskedJob, index: int, names: tuple[str, ...]) -> JobOrigin:
        cell = index // self._group.repeat
        parts = {name: field.part for name, field in self._fields.items()}
        renderer = GroupRenderer(grid=self._grid, variables=self._variables, fields=parts, filename=None)
        known: dict[str, JsonValue] = {"group": job.group, "index": index, "take": job.take, "key": job.key}
        reader = NameReader(
            self._manifest,
            self._variables,
            scope=renderer.scope(cell, known),
            cell={column.name: partial(self._source, column, place) for column, place in self._values(cell)},
            text_at=self._locator.text_at,
        )
        order = sorted(job.input, key=lambda name: names.index(name) if name in names else len(names))
        data = self._manifest.document.data
        group_path: DataPath = ("jobs", job.group)
        own = isinstance(data, dict) and "tool" in self._own(data)
        return JobOrigin(
            group=self._at(group_path, of_key=True),
            tool=self._at((*group_path, "tool") if own else ("tool",)),
            takes=self._group.repeat,
            repeat=self._at((*group_path, "repeat")) if self._group.repeat > 1 else None,
            filename=self._at(("output", "filename")) if self._manifest.output.filename else None,
            cell=tuple(self._cell(cell, job)),
            fields=tuple(self._field(name, with_names(job.input[name]), reader) for name in order),
        )

    def _own(self, data: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Find the group as it is written."""
        match data.get("jobs"):
            case {self._group.name: dict(own)}:
                return own
            case _:
                return {}

    def _values(self, cell: int) -> Iterator[tuple[Column, int]]:
        """Find the columns that have a value in a cell, with its place in each."""
        for column, place in zip(self._grid.columns, self._grid.cells[cell], strict=True):
            if place != ABSENT:
                yield column, place

    def _cell(self, cell: int, job: AskedJob) -> Iterator[CellValue]:
        labels = dict(job.labels)
        for column, place in self._values(cell):
            yield CellValue(
                axis=column.name,
                label=labels.get(column.name),
                value=with_names(column.values[place]),
                at=self._source(column, place, None),
            )

    def _source(self, column: Column, place: int, key: str | None) -> WrittenAt | None:
        found = self._locator.source(self._group.name, column, place, key)
        return found and WrittenAt(found.file, found.position, found.name)

    def _field(self, name: str, value: JsonValue, reader: NameReader) -> FieldOrigin:
        field = self._fields.get(name)
        if field is None:
            return FieldOrigin(name=name, value=value, kind=FieldKind.TOOL)
        is_own = name in self._group.input
        overrides = is_own and name in self._manifest.default_input
        written = (self._group.input if is_own else self._manifest.default_input)[name]
        return FieldOrigin(
            name=name,
            value=value,
            kind=FieldKind.GROUP if is_own else FieldKind.DEFAULTS,
            at=self._at(field.origin),
            template=written if has_template(field.part) else None,
            reads=reader.reads(field.part),
            overrides=self._at(("defaults", "input", name)) if overrides else None,
        )

    def _at(self, path: DataPath, *, of_key: bool = False) -> WrittenAt:
        document = self._manifest.document
        find = document.key_position if of_key else document.position
        return WrittenAt(document.file, find(path), format_path(path))
