"""Values of an axis that are the same to a template, for it reads only some of their keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.matrix.grid import Places


class PlaceIds:
    """Numbers the values of one axis: two that are the same under the keys that are read have one number."""

    def __init__(self, column: Column, at: int, keys: frozenset[str] | None) -> None:
        """Number them.

        Args:
            column: the axis.
            at: its place in a cell.
            keys: that are read of a value; None where all of it is.
        """
        self.at = at
        seen: dict[object, int] = {}
        names = sorted(keys) if keys is not None else None
        ids = [
            seen.setdefault(_told(value, names, place), place) for place, value in enumerate(column.values)
        ]
        self.count = len(seen)
        self.ids = (*ids, len(ids))
        """By place; the last is that of cells without a value, whose place counts from the end."""


def joined(finders: Sequence[PlaceIds]) -> Callable[[Places], Any]:
    """Take the numbers of a cell's values."""
    if len(finders) == 1:
        ids, at = finders[0].ids, finders[0].at
        return lambda places: ids[places[at]]
    pairs = [(finder.ids, finder.at) for finder in finders]
    return lambda places: tuple([ids[places[at]] for ids, at in pairs])


def _told(value: JsonValue, names: list[str] | None, place: int) -> object:
    """Tell a value as a template sees it; one that lacks a key as itself, for messages list what it has."""
    if names is None or not isinstance(value, dict) or not value.keys() >= set(names):
        return place
    return tuple([_same(value[name]) for name in names])


def _same(value: JsonValue) -> object:
    """Tell apart what a template could: for Python 1, 1.0 and true are the same."""
    return value if type(value) is str else (repr(value),)
