"""The cells of a matrix, kept small: a cell is the places of its values, not the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Column

Places: TypeAlias = tuple[int, ...]
"""For each column the place of the cell's value in it, counted from 0; ABSENT where the cell has none."""

ABSENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every cell of one job group."""

    columns: tuple[Column, ...]
    """The axes in the order written, then further keys in the order of their first appearance."""
    cells: tuple[Places, ...]
    """In the order of the jobs; each as long as ``columns``."""
    shown: Places
    """The columns whose labels make a cell's key: the axes."""
    shown_by_cell: Mapping[int, Places]
    """The same for the cells that ``include`` made, by their index."""

    def values(self, index: int) -> JsonObject:
        """Write one cell as name -> value."""
        places = self.cells[index]
        return {
            column.name: column.values[place]
            for column, place in zip(self.columns, places, strict=True)
            if place != ABSENT
        }

    def labels(self, index: int) -> tuple[tuple[str, str], ...]:
        """Tell the (column name, label) pairs that make one cell's key."""
        places = self.cells[index]
        columns = self.shown_by_cell.get(index, self.shown)
        return tuple([self.columns[column].labels[places[column]] for column in columns])

    def all_labels(self) -> list[tuple[tuple[str, str], ...]]:
        """Tell the same of every cell."""
        if self.shown_by_cell or len(self.shown) < len(self.columns):
            return [self.labels(index) for index in range(len(self.cells))]
        columns = [column.labels for column in self.columns]
        if self.cells == tuple(product(*(range(len(labels)) for labels in columns))):
            return list(product(*columns))  # a whole matrix, as most are: nothing to look up
        return [
            tuple([labels[place] for labels, place in zip(columns, cell, strict=True)]) for cell in self.cells
        ]

    def only(self, indices: Sequence[int]) -> Grid:
        """Keep some of the cells, in the order given."""
        return Grid(
            columns=self.columns,
            cells=tuple(self.cells[index] for index in indices),
            shown=self.shown,
            shown_by_cell={
                new: self.shown_by_cell[old] for new, old in enumerate(indices) if old in self.shown_by_cell
            },
        )


LONE_CELL = Grid(columns=(), cells=((),), shown=(), shown_by_cell={})
"""What a group without a matrix has: one cell without any value."""
