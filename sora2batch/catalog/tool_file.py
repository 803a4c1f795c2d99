"""One tool file: bytes to Tool, or every reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import orjson

from sora2batch.catalog.input_check import compile_schema
from sora2batch.catalog.price_gap import price_gaps
from sora2batch.catalog.tool import (
    Availability,
    ExpectedSeconds,
    FixedPrice,
    Kind,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    PriceRule,
    Tool,
    ToolOutput,
    UnknownPrice,
)
from sora2batch.catalog.url import in_a_line
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.ground.validation import BadSchemaError, Validator, rule_of

_BOM = b"\xef\xbb\xbf"
_TOOL_TYPE = re.compile(r"[A-Za-z0-9_-]{1,123}")
# The ledger's task_type, "tool_" and the tool_type, holds 128 characters.


class ToolFileError(ValueError):
    """A file that is no good tool file."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.message for fault in faults))
        self.faults = faults
        """At least one."""


class ToolFileReader:
    """Reads tool files; the schema that they follow is compiled once."""

    def __init__(self) -> None:
        self._validator = Validator(load_schema("tool.schema.json"))

    def read(self, content: bytes, *, tool_type: str) -> Tool:
        """Check a file and read it.

        Raises:
            ToolFileError: it is no JSON, does not follow tool.schema.json, or leaves a price open.
        """
        if not _TOOL_TYPE.fullmatch(tool_type):
            message = "the file's name must be a tool_type: letters, digits, - and _"
            raise ToolFileError(Fault(rule=Rule.BAD_NAME, message=message))
        try:
            entry = orjson.loads(content.removeprefix(_BOM))
        except orjson.JSONDecodeError as error:
            message = f"is not JSON: {error}"
            raise ToolFileError(Fault(rule=Rule.JSON_SYNTAX, message=message)) from error
        _raise_any(_fault(one.path, one.keyword, one.message) for one in self._validator.complaints(entry))
        _raise_any(_schema_faults(entry["input"]))
        _raise_any(_output_faults(entry.get("output", {}), entry["input"]["properties"]))
        tool = _tool(tool_type, entry)
        _raise_any(price_gaps(tool))
        return tool


def _raise_any(faults: Iterator[Fault]) -> None:
    if found := tuple(faults):
        raise ToolFileError(*found)


def _fault(path: DataPath, keyword: str, message: str) -> Fault:
    return Fault(path=path, rule=rule_of(keyword), message=in_a_line(message))


def _tool(tool_type: str, entry: dict[str, Any]) -> Tool:
    return Tool(
        tool_type=tool_type,
        title=entry["title"],
        kind=Kind(entry["kind"]),
        input_schema=entry["input"],
        price=_price(entry["price"]),
        expected_seconds=ExpectedSeconds(**entry["expected_seconds"]),
        output=ToolOutput(**entry.get("output", {})),
        availability=Availability(entry["availability"]),
        notice=entry.get("notice"),
        docs=entry.get("docs"),
        model_ended=entry.get("model_ended"),
    )


def _output_faults(output: dict[str, Any], properties: JsonObject) -> Iterator[Fault]:
    for name in ("seconds", "aspect"):
        if isinstance(field := output.get(name), str) and field not in properties:
            message = f'"{field}" is not among the properties'
            yield Fault(path=("output", name), rule=Rule.UNKNOWN_INPUT, message=message)


def _price(rule: dict[str, Any]) -> PriceRule:
    match rule:
        case {"rule": "fixed", "credits": amount}:
            return FixedPrice(credits=amount)
        case {"rule": "by_value", "field": field, "credits": amounts}:
            return PriceByValue(field=field, credits=amounts)
        case {"rule": "per_second", "seconds": seconds, "field": field, "credits": rates}:
            return PricePerSecondByValue(seconds_field=seconds, field=field, credits_per_second=rates)
        case {"rule": "per_second", "seconds": seconds, "credits": rate}:
            return PricePerSecond(seconds_field=seconds, credits_per_second=rate)
        case _:
            return UnknownPrice(text=rule["text"])


def _schema_faults(schema: JsonObject) -> Iterator[Fault]:
    try:
        validator = compile_schema(schema)
    except BadSchemaError as error:
        yield Fault(path=("input",), rule=Rule.SCHEMA, message=in_a_line(str(error)))
        return
    properties = cast("dict[str, JsonObject]", schema["properties"])
    defaults = {name: field["default"] for name, field in properties.items() if "default" in field}
    for one in validator.complaints(defaults):
        if one.path:  # else a required field is missing, which is no fault of a default
            yield _fault(("input", "properties", one.path[0], "default"), one.keyword, one.message)
    for name in cast("list[str]", schema.get("required", [])):
        if name not in properties:
            message = f'"{name}" is not among the properties'
            yield Fault(path=("input", "required"), rule=Rule.UNKNOWN_INPUT, message=message)
