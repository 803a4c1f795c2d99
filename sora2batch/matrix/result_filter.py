"""What ``where`` lets through of the results of a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.manifest.describe import describe
from sora2batch.manifest.model import JobAxis
from sora2batch.matrix.combine import places_meant
from sora2batch.matrix.grid import Grid

TAKE = "take"
"""Not an axis, and can be asked for as one."""
_MOST_SHOWN = 20


def axis_fault(name: str, group: str, columns: Sequence[Column], path: DataPath) -> Fault | None:
    """Say that a group has no axis of a name; None where it has."""
    known = [column.name for column in columns]
    if name in known:
        return None
    has = f"{group} has {listed(known)}" if known else f"{group} has none"
    message = f'"{name}" is no axis of the group that the results come from; {has}'
    hint = did_you_mean(name, known)
    return Fault(path=path, rule=Rule.UNKNOWN_AXIS, message=message, hint=hint, target=Target.KEY)


class _Unknown(NamedTuple):
    """What is to be said of a value that means nothing."""

    message: str
    hint: str | None = None


class ResultFilter:
    """The results that have certain values on certain axes."""

    def __init__(self, axis: JobAxis, group: str, grid: Grid, repeat: int, path: DataPath) -> None:
        """Understand what is asked for.

        Args:
            axis: with ``where``.
            group: whose results they are.
            grid: its cells.
            repeat: takes of each.
            path: where the axis stands.
        """
        self._group = group
        self._grid = grid
        self._repeat = repeat
        self.faults: list[Fault] = []
        """What is asked for and is not there; each at its place."""
        self._takes = frozenset(range(1, repeat + 1))
        self._wanted: list[tuple[int, frozenset[int]]] = []
        """(column, places that will do)."""
        columns = {column.name: at for at, column in enumerate(grid.columns)}
        for name, values in axis.where:
            here = (*path, "where", name)
            if name == TAKE:
                self._takes &= self._meant(values, self._take, here)
            elif fault := axis_fault(name, group, grid.columns, here):
                self.faults.append(fault)
            else:
                self._wanted.append((columns[name], self._on_axis(grid.columns[columns[name]], values, here)))

    def places(self) -> Iterator[int]:
        """Find the jobs that have all that is asked for: cell by cell, the takes after each other."""
        takes = sorted(self._takes)
        for cell, places in enumerate(self._grid.cells):
            if all(places[at] in wanted for at, wanted in self._wanted):
                for take in takes:
                    yield cell * self._repeat + take - 1

    def _on_axis(self, column: Column, values: Sequence[JsonValue], path: DataPath) -> frozenset[int]:
        labels = [label for _, label in column.labels]

        def find(value: JsonValue) -> frozenset[int] | _Unknown:
            found = places_meant(value, column.values)
            found |= {at for at, label in enumerate(labels) if label == value}
            return found or self._no_value(value, column.name, labels)

        return self._meant(values, find, path)

    def _no_value(self, value: JsonValue, axis: str, labels: Sequence[str]) -> _Unknown:
        more = f" and {len(labels) - _MOST_SHOWN:,} more" if len(labels) > _MOST_SHOWN else ""
        shown = f"{listed(labels[:_MOST_SHOWN])}{more}"
        message = f"is {describe(value)}, which is no {axis} of {self._group}; it has {shown}"
        return _Unknown(message, did_you_mean(value, labels) if isinstance(value, str) else None)

    def _meant(
        self,
        values: Sequence[JsonValue],
        find: Callable[[JsonValue], frozenset[int] | _Unknown],
        path: DataPath,
    ) -> frozenset[int]:
        """Find what each of the values means; of what means nothing a fault is kept."""
        found: frozenset[int] = frozenset()
        for at, value in enumerate(values):
            match find(value):
                case _Unknown(message, hint):
                    here = (*path, at) if len(values) > 1 else path
                    fault = Fault(path=here, rule=Rule.UNKNOWN_AXIS, message=message, hint=hint)
                    self.faults.append(fault)
                case meant:
                    found |= meant
        return found

    def _take(self, value: JsonValue) -> frozenset[int] | _Unknown:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= self._repeat:
            return frozenset({value})
        has = f"has takes 1 to {self._repeat:,}" if self._repeat > 1 else "has take 1 alone"
        return _Unknown(f"is {describe(value)}; {self._group} {has}")
