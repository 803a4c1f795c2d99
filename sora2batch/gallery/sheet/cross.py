"""A group's tiles as a matrix: its first axis down, the others and the takes across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sora2batch.gallery.sheet.tile import Tile

_FEWEST_SHARE = 0.5
"""A matrix with more holes than tiles is none."""

Column = tuple[str, ...]
"""What stands over a column, one label for each further axis, the take last where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """Tiles in rows and columns."""

    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    """*Shape*: all of one length, at least one; those that begin alike stand side by side."""
    cells: tuple[tuple[Tile | None, ...], ...]
    """Row by row; None where the matrix has a hole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A label that stands over some columns."""

    level: int
    """Which line of the heading, from 0 at the top."""
    first: int
    count: int
    label: str


def cross_of(tiles: Sequence[Tile]) -> Cross | None:
    """Arrange the tiles of a group; None where they do not make a matrix of two columns or more."""
    axes = [axis for axis, _ in tiles[0].labels] if tiles else []
    if not axes or any([axis for axis, _ in tile.labels] != axes for tile in tiles):
        return None
    has_takes = any(tile.take > 1 for tile in tiles)
    places = {(tile.labels[0][1], _column(tile, has_takes=has_takes)): tile for tile in tiles}
    rows = tuple(dict.fromkeys(row for row, _ in places))
    columns = _in_order({column: None for _, column in places})
    is_dense = len(tiles) >= _FEWEST_SHARE * len(rows) * len(columns)
    if len(places) != len(tiles) or len(columns) < 2 or not columns[0] or not is_dense:
        return None
    cells = tuple(tuple(places.get((row, column)) for column in columns) for row in rows)
    return Cross(rows=rows, columns=columns, cells=cells)


def spans_of(cross: Cross) -> tuple[Span, ...]:
    """Find what to write over the columns: a label once for all the columns that it is common to."""
    found: list[Span] = []
    for level in range(len(cross.columns[0])):
        first = 0
        for start, columns in groupby(cross.columns, key=lambda column: column[: level + 1]):
            count = len(list(columns))
            found.append(Span(level=level, first=first, count=count, label=start[-1]))
            first += count
    return tuple(found)


def _column(tile: Tile, *, has_takes: bool) -> Column:
    labels = tuple(label for _, label in tile.labels[1:])
    return (*labels, f"take {tile.take}") if has_takes else labels


def _in_order(columns: dict[Column, None]) -> tuple[Column, ...]:
    """Sort columns by where each of their labels came first, level by level."""
    ranks: dict[tuple[int, str], int] = {}
    for column in columns:
        for place in enumerate(column):
            ranks.setdefault(place, len(ranks))
    return tuple(sorted(columns, key=lambda column: [ranks[place] for place in enumerate(column)]))
