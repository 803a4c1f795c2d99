"""Axes multiplied, less ``exclude``, plus ``include``.

Source: https://docs.github.com/actions/using-jobs/using-a-matrix-for-your-jobs (GitHub Actions)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple
from unicodedata import normalize

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.job import Column
from sora2batch.matrix.grid import ABSENT, Grid, Places
from sora2batch.matrix.label import labels_of, unique_names


class AxisValues(NamedTuple):
    """One axis with its values at hand, wherever they were written."""

    name: str
    values: tuple[JsonValue, ...]
    labels: tuple[str, ...] | None = None
    """Unique names of the values, in their order; None has them named by what they are."""
    spare: int = 0
    """How many of the values, the last ones, make no cell unless ``include`` names them."""


class Combination(NamedTuple):
    """What a matrix makes."""

    grid: Grid
    idle_excludes: tuple[int, ...]
    """The entries of ``exclude`` that match no cell, counted from 0."""


def combine(
    axes: Sequence[AxisValues], include: Sequence[JsonObject], exclude: Sequence[JsonObject]
) -> Combination:
    """Multiply the axes, the first varying slowest, then apply ``exclude``, then ``include``."""
    sizes = (range(len(axis.values) - axis.spare) for axis in axes)
    cells: list[Places] = list(product(*sizes)) if axes else []
    idle = []
    for index, entry in enumerate(exclude):
        left = _without(cells, entry, axes)
        if len(left) == len(cells):
            idle.append(index)
        cells = left
    return Combination(grid=_Extension(axes, include).extend(cells), idle_excludes=tuple(idle))


def _without(cells: list[Places], entry: JsonObject, axes: Sequence[AxisValues]) -> list[Places]:
    """Drop the cells in which every key of the entry matches; a key that is no axis matches nothing."""
    wanted = _wanted_places(entry, axes)
    if len(wanted) < len(entry):
        return cells
    return [places for places in cells if not _fits(places, wanted)]


def _wanted_places(entry: JsonObject, axes: Sequence[AxisValues]) -> list[tuple[int, frozenset[int]]]:
    return [
        (index, places_meant(entry[axis.name], axis.values))
        for index, axis in enumerate(axes)
        if axis.name in entry
    ]


def _fits(places: Places, wanted: list[tuple[int, frozenset[int]]]) -> bool:
    return all(places[index] in allowed for index, allowed in wanted)


class _Extension:
    """Applies ``include`` to the cells that are left."""

    def __init__(self, axes: Sequence[AxisValues], include: Sequence[JsonObject]) -> None:
        self._axes = axes
        self._include = include
        further = dict.fromkeys(name for entry in include for name in entry)
        names = dict.fromkeys([*(axis.name for axis in axes), *further])
        self._column = {name: index for index, name in enumerate(names)}
        self._values: list[list[JsonValue]] = [list(axis.values) for axis in axes]
        self._values += [[] for _ in range(len(names) - len(axes))]

    def extend(self, cells: list[Places]) -> Grid:
        padding = (ABSENT,) * (len(self._column) - len(self._axes))
        originals = [places + padding for places in cells] if padding else cells
        added: list[tuple[Places, Places]] = []
        for entry in self._include:
            if not self._add_to(originals, entry):
                added.append(self._new_cell(entry))  # noqa: PERF401 - each entry sees the last one's work
        return Grid(
            columns=self._columns(),
            cells=(*originals, *(places for places, _ in added)),
            shown=tuple(range(len(self._axes))),
            shown_by_cell={len(originals) + index: shown for index, (_, shown) in enumerate(added)},
        )

    def _add_to(self, originals: list[Places], entry: JsonObject) -> bool:
        """Add an entry's further keys to each original cell that it contradicts nowhere; tell if any was."""
        wanted = _wanted_places(entry, self._axes)
        hits = [index for index, places in enumerate(originals) if _fits(places, wanted)]
        further = [name for name in entry if self._column[name] >= len(self._axes)]
        placed = {self._column[name]: self._place(name, entry[name]) for name in further if hits}
        if placed:
            for index in hits:
                originals[index] = tuple(placed.get(at, place) for at, place in enumerate(originals[index]))
        return bool(hits)

    def _new_cell(self, entry: JsonObject) -> tuple[Places, Places]:
        """Make a cell of its own, and tell which columns make its key."""
        placed = {self._column[name]: self._place(name, value) for name, value in entry.items()}
        axes = sorted(column for column in placed if column < len(self._axes))
        further = [column for column in placed if column >= len(self._axes)]
        places = tuple(placed.get(column, ABSENT) for column in range(len(self._column)))
        return places, (*axes, *further)

    def _place(self, name: str, value: JsonValue) -> int:
        """Find a value in its column: itself, or the one mapping it means; else it is appended."""
        values = self._values[self._column[name]]
        equal = (place for place, known in enumerate(values) if same(value, known))
        place = next(equal, None)
        if place is None:
            meant = [place for place, known in enumerate(values) if means(value, known)]
            if len(meant) == 1:
                return meant[0]
            values.append(value)
            place = len(values) - 1
        return place

    def _columns(self) -> tuple[Column, ...]:
        given = {axis.name: axis.labels for axis in self._axes if axis.labels is not None}
        return tuple(
            _column(name, values, given.get(name))
            for name, values in zip(self._column, self._values, strict=True)
        )


def _column(name: str, values: list[JsonValue], given: tuple[str, ...] | None) -> Column:
    """Make a column; the values that ``include`` adds to one with given labels are named as others are."""
    labels = labels_of(values) if given is None else unique_names([*given, *labels_of(values[len(given) :])])
    return Column(name=name, values=tuple(values), labels=tuple((name, label) for label in labels))


def same(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two values are equal as JSON: 1 and 1.0 are, true and 1 are not.

    Texts are equal however they are composed: a letter and its accent may be one character or two.
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or normalize("NFC", left) == normalize("NFC", right)
    return left == right


def means(wanted: JsonValue, value: JsonValue) -> bool:
    """Tell whether an entry's value means an axis value.

    It does if both are equal; for a mapping also by its ``id``, or by some of its keys.
    An empty mapping means only an empty mapping: one slip must not exclude everything.
    """
    if same(wanted, value):
        return True
    if not isinstance(value, dict) or wanted is None or isinstance(wanted, list):
        return False
    if isinstance(wanted, dict):
        return bool(wanted) and all(key in value and means(part, value[key]) for key, part in wanted.items())
    return "id" in value and same(wanted, value["id"])


def places_meant(wanted: JsonValue, values: Sequence[JsonValue]) -> frozenset[int]:
    """Find where on an axis the values stand that an entry means; counted from 0.

    A text or number means the value that it is; only where there is none, a mapping with that ``id``.
    """
    if not isinstance(wanted, dict | list):
        equal = frozenset(place for place, value in enumerate(values) if same(wanted, value))
        if equal:
            return equal
    return frozenset(place for place, value in enumerate(values) if means(wanted, value))
