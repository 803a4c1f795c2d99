"""Data held against a JSON Schema: whether it fits, and what does not.

Two validators share the work: one decides, in a fiftieth of the time that the other takes to tell what is
wrong and what would be right. That one is imported when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath
from sora2batch.ground.rule import Rule

if TYPE_CHECKING:
    from sora2batch.ground.violation import Violation


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
        from sora2batch.ground.violation import violations  # noqa: PLC0415  # 160 ms that good data never pays

        return violations(data, self._schema, self._draft.value, self._formats)


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


def _refuse_to_fetch(uri: str) -> JsonObject:
    raise ValueError(f"{uri} is outside the tool file")  # the only schemas that are not ours
