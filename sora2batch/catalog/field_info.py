"""The inputs of a tool, worded for people."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.catalog.allowed import allowed_text
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One input of a tool, worded for people."""

    name: str
    required: bool
    default: JsonValue
    """None where there is no default."""
    allowed: str
    """Such as ``"std" or "pro"``, ``a whole number from 3 to 15``, ``an absolute http(s) URL``."""
    description: str


def fields_of(tool: Tool) -> tuple[FieldInfo, ...]:
    """Describe each input, in the order of the file."""
    return tuple(_field(tool, name, schema) for name, schema in tool.properties.items())


def _field(tool: Tool, name: str, schema: JsonObject) -> FieldInfo:
    return FieldInfo(
        name=name,
        required=name in tool.required,
        default=schema.get("default"),
        allowed=allowed_text(schema),
        description=str(schema.get("description", "")),
    )
