"""Data held against a JSON Schema: whether it fits, and what does not.

Two validators share the work: one decides, in a fiftieth of the time that the other takes to tell what is
wrong and what would be right. That one is imported when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath
from sora2batch.ground.rule import Rule

if TYPE_CHECKING:
    from jsonschema import Draft7Validator, Draft202012Validator
    from jsonschema.exceptions import ValidationError


class Draft(Enum):
    """A version of JSON Schema."""

    DRAFT_7 = "Draft7Validator"
    DRAFT_2020_12 = "Draft202012Validator"


class BadSchemaError(ValueError):
    """What should be a schema is none, or refers to what is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One keyword of a schema that a value does not keep, in the words of the validator that decides."""

    path: DataPath
    keyword: str
    """As that validator calls it: ``minLength``, ``falseSchema``."""
    message: str


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


class Validator:
    """A schema made ready; what it refers to is never fetched."""

    def __init__(
        self,
        schema: JsonObject,
        draft: Draft = Draft.DRAFT_2020_12,
        *,
        formats: Mapping[str, Callable[[str], bool]] | None = None,
    ) -> None:
        """Compile a schema.

        Args:
            schema: never changed afterwards.
            draft: what it is written in.
            formats: further values of ``format``, each with what tells whether a text has it; with none
                given, ``format`` means nothing.

        Raises:
            BadSchemaError: this is not a schema, or it refers to what is not in it.
        """
        self._schema = schema
        self._draft = draft
        self._formats = formats or {}
        options = {"formats": dict(self._formats), "validate_formats": True} if self._formats else {}
        compile_schema = getattr(jsonschema_rs, draft.value)
        try:
            self._compiled: Any = compile_schema(schema, retriever=_refuse_to_fetch, **options)
        except jsonschema_rs.ValidationError as error:
            raise BadSchemaError(error.message) from error
        # Not a method, as it is called for every job and every line of a lockfile.
        self.fits: Callable[[object], bool] = self._compiled.is_valid
        """Tells whether data keeps every rule; a text that no UTF-8 can carry is a UnicodeEncodeError."""

    def complaints(self, data: object) -> Iterator[Complaint]:
        """Find every rule that data does not keep."""
        for error in self._compiled.iter_errors(data):
            yield Complaint(path=tuple(error.instance_path), keyword=error.kind.name, message=error.message)

    def violations(self, data: JsonValue) -> Iterator[Violation]:
        """Find the same with all there is to tell of it, slowly; the two may differ in details.

        Raises:
            re.error: while iterating, at a pattern in the grammar of JSON Schema that Python does not read.
        """
        for error in self._explainer.iter_errors(data):
            yield _violation(error)

    @cached_property
    def _explainer(self) -> Draft7Validator | Draft202012Validator:
        # 160 ms that good data never pays.
        import jsonschema  # noqa: PLC0415

        checker = jsonschema.FormatChecker(formats=())
        for name, is_good in self._formats.items():
            checker.checks(name)(partial(_is_no_bad_text, is_good))
        if self._draft is Draft.DRAFT_7:
            return jsonschema.Draft7Validator(self._schema, format_checker=checker)
        return jsonschema.Draft202012Validator(self._schema, format_checker=checker)


_RULES = {
    "additionalProperties": Rule.UNKNOWN_KEY,
    "unevaluatedProperties": Rule.UNKNOWN_KEY,
    "falseSchema": Rule.UNKNOWN_KEY,
    "required": Rule.MISSING_KEY,
    "dependentRequired": Rule.MISSING_KEY,
    "type": Rule.WRONG_TYPE,
    "enum": Rule.NOT_ALLOWED_VALUE,
    "const": Rule.NOT_ALLOWED_VALUE,
    "constant": Rule.NOT_ALLOWED_VALUE,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), Rule.OUT_OF_RANGE),
    "pattern": Rule.BAD_TEXT,
    "format": Rule.BAD_TEXT,
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), Rule.TOO_LONG),
    **dict.fromkeys(("minLength", "minItems", "minProperties"), Rule.EMPTY_VALUE),
}


def rule_of(keyword: str) -> Rule:
    """Tell which rule of ours a keyword of JSON Schema comes to."""
    return _RULES.get(keyword, Rule.SCHEMA)


def _is_no_bad_text(is_good: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or is_good(value)


def _refuse_to_fetch(uri: str) -> JsonObject:
    raise ValueError(f"{uri} is outside the tool file")  # the only schemas that are not ours


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
