"""Is an input what its tool takes? The API would not complain: it changes bad values silently and charges."""

from __future__ import annotations

from typing import cast

from sora2batch.catalog.allowed import HTTP_URL, URL_OR_PATH
from sora2batch.catalog.media_field import is_url_or_path, with_paths
from sora2batch.catalog.tool import Tool
from sora2batch.catalog.url import is_http_url
from sora2batch.ground.canonical import JsonObject, is_flat, with_whole_numbers
from sora2batch.ground.problem import Fault
from sora2batch.ground.validation import Validator


def fill_defaults(tool: Tool, input: JsonObject) -> JsonObject:
    """Make an input explicit: the schema's defaults where a field is absent, 10.0 as 10.

    Shape: a new object; its fields in their order, then the defaults.
    """
    filled = input.copy() if is_flat(input) else cast("JsonObject", with_whole_numbers(input))
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
    return Validator(schema, formats={HTTP_URL: is_http_url, URL_OR_PATH: is_url_or_path})


class InputChecker:
    """Checks what a manifest asks of one tool, whose schema is compiled once; files are not looked for."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._validator = compile_schema(with_paths(tool.input_schema))

    def faults(self, input: JsonObject) -> tuple[Fault, ...]:
        """Find what is wrong; empty for a good one.

        Shape: one fault a path, sorted by path.
        """
        try:
            is_good, is_text = self._validator.fits(input), True
        except UnicodeEncodeError:
            is_good, is_text = False, False
        if is_good:
            return ()
        from sora2batch.catalog.input_fault import broken_texts, faults_of  # noqa: PLC0415  # for bad inputs

        return faults_of(self._tool, input, self._validator) if is_text else tuple(broken_texts(input))
