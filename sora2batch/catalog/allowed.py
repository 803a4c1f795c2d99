"""What a schema allows, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import cast

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.text import either

HTTP_URL = "http-url"
"""The ``format`` of an input that the API fetches by itself."""
URL_OR_PATH = "http-url-or-path"
"""The same where a manifest may name a file."""
MEDIA = "media"
"""The keyword that says what a URL leads to: ``image``, ``video`` or ``audio``."""
READ_LENGTH = "readLength"
"""The keyword that says how many characters of a text the model is known to read."""
_FILES = {"image": "a picture", "video": "a clip", "audio": "a sound file"}


def allowed_text(schema: JsonObject) -> str:
    """Word what a value may be, such as ``"std" or "pro"`` or ``a whole number from 3 to 15``."""
    choices = choices_of(schema)
    if schema.get("type") == "boolean":
        return "true or false"
    if choices is not None and schema.get("type") == "integer":
        return f"a whole number: {any_of(choices)}"
    return _kind_text(schema) if choices is None else any_of(choices)


def choices_of(schema: JsonObject) -> Sequence[JsonValue] | None:
    """List the values that the schema names one by one; None if it does not."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return cast("list[JsonValue]", schema["enum"])
    return [True, False] if schema.get("type") == "boolean" else None


def any_of(values: Sequence[JsonValue]) -> str:
    """Write values as ``"16:9", "9:16" or "1:1"``."""
    return either([json.dumps(value, ensure_ascii=False) for value in values])


def refuses_blank(schema: JsonObject) -> bool:
    """Tell whether an empty text is not allowed."""
    length, pattern = schema.get("minLength", 0), schema.get("pattern", "")
    return length != 0 or (isinstance(pattern, str) and _needs_a_character(pattern))


def _needs_a_character(pattern: str) -> bool:
    try:
        return re.search(pattern, "") is None
    except re.error:  # a pattern in the grammar of JSON Schema that Python does not read
        return False


def _kind_text(schema: JsonObject) -> str:
    match schema.get("type"):
        case "integer":
            return f"a whole number{_bounds_text(schema)}"
        case "number":
            return f"a number{_bounds_text(schema)}"
        case "string":
            return _string_text(schema)
        case "array":
            items = schema.get("items")
            return f"a list, each item {allowed_text(items)}" if isinstance(items, dict) else "a list"
        case _:
            return "what the tool's schema says"


def _string_text(schema: JsonObject) -> str:
    if schema.get("format") in (HTTP_URL, URL_OR_PATH):
        file = _FILES.get(str(schema.get(MEDIA)))
        return f"an absolute http(s) URL or the path of {file}" if file else "an absolute http(s) URL"
    return "text that is not empty" if refuses_blank(schema) else "text"


def _bounds_text(schema: JsonObject) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return "" if high is None else f" of at most {high}"
