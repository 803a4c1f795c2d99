"""Is an input what its tool takes? The API would not complain: it changes bad values silently and charges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from sora2batch.catalog.allowed import HTTP_URL
from sora2batch.catalog.input_fault import describe_faults
from sora2batch.catalog.input_messages import in_a_line, shown
from sora2batch.catalog.tool import Tool
from sora2batch.catalog.url import is_http_url
from sora2batch.ground.canonical import JsonObject, JsonValue, is_flat, with_whole_numbers
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.validation import Validator, rule_of


def fill_defaults(tool: Tool, request: JsonObject) -> JsonObject:
    """Make the request explicit: the schema's defaults where a field is absent, 10.0 as 10.

    Shape: a new object; the fields of the request in their order, then the defaults.
    """
    filled = request.copy() if is_flat(request) else cast("JsonObject", with_whole_numbers(request))
    if not filled.keys() >= tool.properties.keys():
        for name, schema in tool.properties.items():
            if name not in filled and "default" in schema:
                filled[name] = schema["default"]
    return filled


def compile_schema(schema: JsonObject) -> Validator:
    """Compile an input schema; one that refers to another file or host is refused, never fetched.

    Raises:
        BadSchemaError: this is not a schema, or it refers to what is not in it.
    """
    return Validator(schema, formats={HTTP_URL: is_http_url})


class InputChecker:
    """Checks requests against one tool's schema, which is compiled once."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._validator = compile_schema(tool.input_schema)

    def faults(self, request: JsonObject) -> tuple[Fault, ...]:
        """Find what is wrong; empty for a good request.

        Shape: one fault a path, sorted by path.
        """
        try:
            if self._validator.fits(request):
                return ()
        except UnicodeEncodeError:
            return tuple(_broken_texts(request, ()))
        return describe_faults(self._tool, request, self._validator) or self._faults_as_decided(request)

    def _faults_as_decided(self, request: JsonObject) -> tuple[Fault, ...]:
        """Word the faults as the deciding validator does, where the wording one finds none."""
        return tuple(
            Fault(path=one.path, rule=rule_of(one.keyword), message=in_a_line(one.message))
            for one in self._validator.complaints(request)
        )


def _broken_texts(value: JsonValue, path: DataPath) -> Iterator[Fault]:
    """Find the texts that no UTF-8 can carry; the validator only tells that there is one."""
    match value:
        case dict():
            for name, item in value.items():
                yield from _broken_texts(name, (*path, name))
                yield from _broken_texts(item, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _broken_texts(item, (*path, index))
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            message = f"is {shown(value)}, which holds half a surrogate pair: no text that can be sent"
            yield Fault(path=path, rule=Rule.UNSAFE_VALUE, message=message)
