"""jsonschema's errors as values of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule of the schema that a value breaks."""

    path: DataPath
    """Of the value; for a rule about names, of the mapping that has the name."""
    rule: str
    """A keyword of JSON Schema, such as ``minimum``."""
    value: JsonValue
    limit: Any
    """What the schema says to the keyword."""
    schema: dict[str, Any]
    """The part of the schema that has the keyword."""
    message: str
    """jsonschema's own words."""
    is_about_name: bool
    parts: tuple[tuple[int, Violation], ...] = ()
    """Of ``oneOf``: what each branch has to say, with the branch's number."""


def is_valid(schema: JsonObject, data: JsonValue) -> bool:
    """Tell whether data keeps the rules of a schema, in a fiftieth of the time that naming them takes."""
    return jsonschema_rs.Draft7Validator(schema).is_valid(data)


def violations(schema: JsonObject, data: JsonValue) -> Iterator[Violation]:
    """Find every violation in data that is known to be invalid."""
    from jsonschema import Draft7Validator  # noqa: PLC0415 - slow to import, and only needed for bad news

    for error in Draft7Validator(schema).iter_errors(data):
        yield _violation(error)


def _violation(error: ValidationError) -> Violation:
    value: Any = error.instance
    parts = ((int(part.schema_path[0]), _violation(part)) for part in error.context or ())
    return Violation(
        path=tuple(error.absolute_path),
        rule=str(error.validator),
        value=value,
        limit=error.validator_value,
        schema=dict(error.schema) if isinstance(error.schema, dict) else {},
        message=error.message,
        is_about_name="propertyNames" in error.absolute_schema_path,
        parts=tuple(parts),
    )
