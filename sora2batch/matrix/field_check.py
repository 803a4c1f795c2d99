"""Where a fault of an input is written: in the group, or in the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sora2batch.catalog.input_check import InputFault
from sora2batch.catalog.tool import Tool
from sora2batch.ground.problem import DataPath, format_path
from sora2batch.matrix.diagnostics import Diagnostics, Spot
from sora2batch.matrix.group import Field
from sora2batch.matrix.whereabouts import Reading


class FaultNotes:
    """Puts the faults of one group's inputs into the book."""

    def __init__(
        self,
        group: str,
        fields: Mapping[str, Field],
        tool: Tool,
        diagnostics: Diagnostics,
        reading_of: Callable[[Field], Reading | None] = lambda _: None,
    ) -> None:
        self._input_path: DataPath = ("jobs", group, "input")
        self._fields = fields
        self._tool = tool
        self._diagnostics = diagnostics
        self._reading_of = reading_of

    def note(self, fault: InputFault, *, key: str | None) -> None:
        """Place a fault where the field is written; that of a missing field, at the group's input.

        Args:
            fault: as the tool's schema sees it.
            key: of the job; None where there can be no job.
        """
        subject = format_path(fault.path) or "the input"
        field = self._fields.get(str(fault.path[0])) if fault.path else None
        path = (*field.origin, *fault.path[1:]) if field else (*self._input_path, *fault.path)
        is_unknown = len(fault.path) == 1 and fault.path[0] not in self._tool.properties
        spot = Spot.KEY if is_unknown else Spot.VALUE
        reading = self._reading_of(field) if field else None
        message = f"{subject} {fault.message}"
        self._diagnostics.add_for_job(path, message, hint=fault.hint, key=key, spot=spot, reading=reading)
