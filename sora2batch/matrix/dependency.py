"""``vars:`` may use each other, in any order: what a template comes to read by way of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sora2batch.ground.rule import Rule
from sora2batch.matrix.field import Part, PlacedError, names_of
from sora2batch.template.template import TemplateError

JOB = "job"
INPUT = "input"
"""What is sent; known to file names only."""
VARS = "vars"
_KEY_OF_VARS = "vars."


class DependencyResolver:
    """Follows names through the variables to the values of a cell and to ``job``."""

    def __init__(
        self, variables: Mapping[str, Part], *, every_cell: frozenset[str], some_cells: frozenset[str]
    ) -> None:
        self._variables = variables
        self._every_cell = every_cell
        self._some_cells = some_cells
        self._found: dict[str, frozenset[str]] = {}
        self._under_way: list[str] = []

    @property
    def order(self) -> tuple[str, ...]:
        """The variables that were met so far, each one after those that it uses."""
        return tuple(self._found)

    def reads(self, names: Iterable[str]) -> frozenset[str]:
        """Find the names of cell values, ``job`` and ``input``, that decide what these names stand for.

        Raises:
            PlacedError: variables that use each other in a circle.
        """
        found: set[str] = set()
        for name in names:
            if name == VARS:
                found.update(*(self._of_variable(variable) for variable in self._variables))
            elif name == JOB or name in self._every_cell:
                found.add(name)
            else:
                # A value that only some cells have hides a variable of the same name in these.
                if name in self._some_cells:
                    found.add(name)
                variable = name.removeprefix(_KEY_OF_VARS)
                if variable in self._variables:
                    found |= self._of_variable(variable)
                elif name == INPUT:
                    found.add(name)
        return frozenset(found)

    def _of_variable(self, name: str) -> frozenset[str]:
        if name in self._found:
            return self._found[name]
        if name in self._under_way:
            circle = [*self._under_way[self._under_way.index(name) :], name]
            why = f"uses itself: {' -> '.join(circle)}"
            raise PlacedError((VARS, name), TemplateError(Rule.CIRCULAR_VARIABLE, why))
        self._under_way.append(name)
        try:
            found = self.reads(sorted(names_of(self._variables[name])))
        finally:
            self._under_way.pop()
        self._found[name] = found
        return found
