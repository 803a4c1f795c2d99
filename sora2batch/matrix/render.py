"""The cells of one job group, rendered: only what changes from one to the next, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from operator import itemgetter
from typing import Any

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Column
from sora2batch.ground.suggest import did_you_mean
from sora2batch.matrix.cached_value import (
    UNKNOWN,
    CachedItem,
    CachedPieces,
    CachedValue,
    CachedWhole,
    CacheKey,
    PlaceIds,
    joined,
    nothing,
)
from sora2batch.matrix.dependency import INPUT, JOB, VARS, DependencyResolver
from sora2batch.matrix.field import Constant, Leaf, Part, PlacedError, names_of
from sora2batch.matrix.grid import ABSENT, Grid
from sora2batch.template.sandbox import GLOBALS
from sora2batch.template.template import UndefinedNameError

_NAMES_SHOWN = 20
_OF_ONE_JOB = frozenset({JOB, INPUT})


@dataclass(slots=True)
class Rendered:
    """What came of the templates of one cell. One is made for every job, so it is not frozen."""

    input: JsonObject
    """Only complete if there are no errors; never holds a field that could not be rendered."""
    errors: tuple[PlacedError, ...]


class GroupRenderer:
    """Renders the templates of one group for one cell after the other."""

    def __init__(
        self, *, grid: Grid, variables: Mapping[str, Part], fields: Mapping[str, Part], filename: Part | None
    ) -> None:
        self._grid = grid
        self._columns = {column.name: at for at, column in enumerate(grid.columns)}
        self._names = (*self._columns, *variables, JOB)
        partial = (
            {at for places in grid.cells for at, place in enumerate(places) if place == ABSENT}
            if grid.shown_by_cell or len(grid.shown) < len(grid.columns)
            else set()
        )
        self._dependencies = DependencyResolver(
            variables,
            every_cell=frozenset(name for name, at in self._columns.items() if at not in partial),
            some_cells=frozenset(name for name, at in self._columns.items() if at in partial),
        )
        dynamic = {name: part for name, part in fields.items() if not isinstance(part, Constant)}
        self._cached_values = [(name, self._cached(part)) for name, part in dynamic.items()]
        self.request_reads_job = JOB in self._reads(dynamic.values())
        """Whether two takes of one cell may be different requests."""
        self._filename = self._cached(filename) if filename else None
        is_hidden = INPUT in self._columns or INPUT in variables
        self.filename_reads_input = filename is not None and INPUT in names_of(filename) and not is_hidden
        """Whether the file names are made of what is sent; an axis or variable called ``input`` hides it."""
        self.needed = self._dependencies.order
        """The variables in use, each one after those that it uses."""
        self._variables = [(name, self._cached(variables[name])) for name in self.needed]
        # Fields keep the order in which they were written; templates fill their places.
        self._constant = {name: part.value for name, part in fields.items() if isinstance(part, Constant)}
        self._blank: JsonObject = {name: self._constant.get(name) for name in fields}

    def render(self, index: int, job: JsonObject) -> Rendered:
        """Render the input of one cell."""
        places = self._grid.cells[index]
        input = self._blank.copy()
        errors: list[PlacedError] = []
        scope: dict[str, Any] | None = None
        for name, cached in self._cached_values:
            value = cached.recall(places)
            if value is UNKNOWN:
                try:
                    scope = scope or self.scope(index, job)
                except PlacedError as error:
                    return Rendered(self._constant.copy(), (error,))
                value = cached.render(places, scope)
            if isinstance(value, PlacedError):
                errors.append(self._explained(value))
                del input[name]
            else:
                input[name] = value
        return Rendered(input, tuple(errors))

    def filename(self, index: int, job: JsonObject, input: JsonObject) -> str:
        """Render the file name of one job; its key where the manifest has no template for it.

        Only file names can be made of what is sent, ``input``: there it is known.

        Raises:
            PlacedError: it cannot be rendered.
        """
        if self._filename is None:
            return str(job["key"])
        places = self._grid.cells[index]
        value = self._filename.recall(places)
        if value is UNKNOWN:
            scope = self.scope(index, job)
            if self.filename_reads_input:
                scope[INPUT] = input
            value = self._filename.render(places, scope)
        if isinstance(value, PlacedError):
            raise self._explained(value, INPUT)
        return str(value)

    def scope(self, index: int, job: JsonObject) -> dict[str, Any]:
        """Gather what templates can name in one cell; a cell's value hides a variable of the same name.

        Raises:
            PlacedError: a variable cannot be rendered.
        """
        places = self._grid.cells[index]
        values = self._grid.values(index)
        variables: JsonObject = {}
        scope: dict[str, Any] = {**GLOBALS, **values, VARS: variables, JOB: job}
        for name, cached in self._variables:
            value = cached.recall(places)
            if value is UNKNOWN:
                value = cached.render(places, scope)
            if isinstance(value, PlacedError):
                raise self._explained(value)
            variables[name] = value
            if name not in values:
                scope[name] = value
        return scope

    def values(self, index: int) -> JsonObject:
        """Tell the values of one cell, by name."""
        return self._grid.values(index)

    def values_read(self, index: int, part: Part) -> list[tuple[Column, int]]:
        """Tell which values a part reads in one cell: each column with the value's place in it."""
        places, reads = self._grid.cells[index], self._reads([part])
        return [
            (self._grid.columns[at], places[at])
            for name, at in self._columns.items()
            if name in reads and places[at] != ABSENT
        ]

    def cell_for(self, names: Iterable[str]) -> int:
        """Find a cell that has a value for as many of these names as any."""
        columns = [self._columns[name] for name in names if name in self._columns]
        cells = self._grid.cells
        return max(range(len(cells)), key=lambda at: sum(cells[at][column] != ABSENT for column in columns))

    def reads_of(self, variable: str) -> frozenset[str]:
        """Find the cell values that a variable depends on.

        Raises:
            PlacedError: it depends on itself.
        """
        return self._dependencies.reads([f"{VARS}.{variable}"])

    def _reads(self, parts: Iterable[Part]) -> frozenset[str]:
        return self._dependencies.reads(sorted(name for part in parts for name in names_of(part)))

    def _cached(self, part: Part) -> CachedValue:
        """Remember a value, or else its pieces, by the axis values that are read."""
        cache_key = self._cache_key(self._reads([part]))
        if cache_key is None and isinstance(part, Leaf):
            template = part.template
            if template.lone_key and template.lone_key[0] in self._columns:
                at = self._columns[template.lone_key[0]]
                return CachedItem(part, self._grid.columns[at].values, at, template.lone_key[1])
            picks = [*map(self._piece_key, template.pieces, template.piece_keys)]
            known = [cache_key for cache_key in picks if cache_key]
            if picks and len(known) == len(picks):
                return CachedPieces(part, known)
            cache_key = None if picks else self._piece_key(template.names, template.keys)
        return CachedWhole(part, cache_key)

    def _piece_key(self, names: frozenset[str], keys: Mapping[str, frozenset[str]]) -> CacheKey | None:
        """Pick the places of the axes that are read, or else of what is read of their values."""
        reads = self._dependencies.reads(sorted(names))
        whole = self._cache_key(reads)
        if whole or not keys or not _OF_ONE_JOB.isdisjoint(reads):
            return whole
        others = self._dependencies.reads(sorted(names - keys.keys()))
        finders = [
            PlaceIds(self._grid.columns[at], at, None if name in others else keys.get(name))
            for name, at in self._columns.items()
            if name in reads
        ]
        is_worth_it = prod(finder.count + 1 for finder in finders) * 2 <= len(self._grid.cells)
        return joined(finders) if is_worth_it else None

    def _cache_key(self, reads: frozenset[str]) -> CacheKey | None:
        """Pick the places of the axes that are read; None where to remember saves less than half the work."""
        columns = [at for name, at in self._columns.items() if name in reads]
        if not _OF_ONE_JOB.isdisjoint(reads):
            return None
        if not columns:
            return nothing
        combinations = prod(len(self._grid.columns[at].values) + 1 for at in columns)
        return itemgetter(*columns) if combinations * 2 <= len(self._grid.cells) else None

    def _explained(self, error: PlacedError, *more: str) -> PlacedError:
        """Add the names that are known here to what is not."""
        if isinstance(error.error, UndefinedNameError) and error.hint is None:
            names = (*self._names, *more)
            near = did_you_mean(error.error.name, names)
            here = f"known here: {', '.join(names[:_NAMES_SHOWN])}"
            error.hint = f"{near} {here}" if near else here
        return error
