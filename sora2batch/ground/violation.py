"""What data does not keep of a JSON Schema, with all there is to tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """The same with all that is needed to say it in better words."""

    path: DataPath
    """Of the value; for a rule about names, of the mapping that has the name."""
    keyword: str
    """Of JSON Schema, such as ``minimum``."""
    value: Any
    limit: Any
    """What the schema says to the keyword."""
    schema: dict[str, Any]
    """The part of the schema that has the keyword."""
    message: str
    """The validator's own words."""
    is_about_name: bool
    parts: tuple[tuple[int, Violation], ...] = ()
    """Of ``oneOf``: what each branch has to say, with the branch's number."""


def violations(
    data: JsonValue, schema: JsonObject, draft: str, formats: Mapping[str, Callable[[str], bool]]
) -> Iterator[Violation]:
    """Find every violation, slowly.

    Args:
        data: what should fit.
        schema: what it should fit.
        draft: the class of the validator, such as ``Draft7Validator``.
        formats: values of ``format``, each with what tells whether a text has it.
    """
    checker = jsonschema.FormatChecker(formats=())
    for name, is_good in formats.items():
        checker.checks(name)(partial(_is_no_bad_text, is_good))
    for error in getattr(jsonschema, draft)(schema, format_checker=checker).iter_errors(data):
        yield _violation(error)


def _is_no_bad_text(is_good: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or is_good(value)


def _violation(error: ValidationError) -> Violation:
    value: Any = error.instance
    parts = ((int(part.schema_path[0]), _violation(part)) for part in error.context or ())
    return Violation(
        path=tuple(error.absolute_path),
        keyword=str(error.validator),
        value=value,
        limit=error.validator_value,
        schema=dict(error.schema) if isinstance(error.schema, dict) else {},
        message=error.message,
        is_about_name="propertyNames" in error.absolute_schema_path,
        parts=tuple(parts),
    )
