"""What is wrong with the fields of inputs, and where they are written: in the group, or in the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from sora2batch.catalog.input_check import InputChecker
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, with_whole_numbers
from sora2batch.ground.problem import DataPath, Fault, format_path
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.matrix.field import Constant
from sora2batch.matrix.group import Field
from sora2batch.matrix.source_location import TemplateReads

_RULES_OF_THE_WHOLE = frozenset(
    {"required", "minProperties", "dependentRequired", "dependentSchemas", "dependencies"}
    | {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}
)


class FieldChecker:
    """Checks each field of an input alone: one that is not there is no fault."""

    def __init__(self, tool: Tool) -> None:
        rules = tool.input_schema.items()
        schema: JsonObject = {rule: value for rule, value in rules if rule not in _RULES_OF_THE_WHOLE}
        self._checker = InputChecker(replace(tool, input_schema=schema))

    def faults(self, input: JsonObject) -> tuple[Fault, ...]:
        """Find what is wrong with the fields that are there."""
        return self._checker.faults(cast("JsonObject", with_whole_numbers(input)))


def constants(fields: Mapping[str, Field]) -> JsonObject:
    """Gather the fields without templates: they are the same in every job."""
    return {name: field.part.value for name, field in fields.items() if isinstance(field.part, Constant)}


class FaultNotes:
    """Notes the faults of one group's inputs."""

    def __init__(
        self,
        group: str,
        fields: Mapping[str, Field],
        diagnostics: Diagnostics,
        reads_of: Callable[[Field], TemplateReads | None] = lambda _: None,
    ) -> None:
        self._input_path: DataPath = ("jobs", group, "input")
        self._fields = fields
        self._diagnostics = diagnostics
        self._reads_of = reads_of

    def note(self, fault: Fault, *, key: str | None) -> None:
        """Place a fault where the field is written; that of a missing field, at the group's input.

        Args:
            fault: as the tool's schema sees it, with a path below the input.
            key: of the job; None where there can be no job.
        """
        subject = format_path(fault.path) or "the input"
        field = self._fields.get(str(fault.path[0])) if fault.path else None
        path = (*field.origin, *fault.path[1:]) if field else (*self._input_path, *fault.path)
        placed = replace(fault, path=path, message=f"{subject} {fault.message}")
        self._diagnostics.add(placed, key=key, reads=self._reads_of(field) if field else None)
