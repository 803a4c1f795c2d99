"""Inputs of which only some fields are known: what can be said of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from sora2batch.catalog.input_check import InputChecker
from sora2batch.catalog.input_fault import InputFault
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, with_whole_numbers
from sora2batch.matrix.field import Constant
from sora2batch.matrix.group import Field

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

    def faults(self, request: JsonObject) -> tuple[InputFault, ...]:
        """Find what is wrong with the fields that are there."""
        return self._checker.faults(cast("JsonObject", with_whole_numbers(request)))


def constants(fields: Mapping[str, Field]) -> JsonObject:
    """Gather the fields without templates: they are the same in every job."""
    return {name: field.part.value for name, field in fields.items() if isinstance(field.part, Constant)}
