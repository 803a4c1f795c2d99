"""A bad value in words: what it is, what it must be, what the API would make of it, the way out."""

from __future__ import annotations

import json
from typing import TypeAlias

from sora2batch.catalog.allowed import HTTP_URL, URL_OR_PATH, allowed_text, any_of, choices_of, refuses_blank
from sora2batch.catalog.url import in_a_line
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import shortened, visible, without_secrets

_SHOWN_CHARACTERS = 60

Wording: TypeAlias = tuple[str, str | None]
"""A message and its hint."""


def word_fault(keyword: str, schema: JsonObject, value: JsonValue, *, otherwise: str) -> Wording:
    """Word why a value does not fit the schema that holds the keyword; `otherwise` where we have no words."""
    match keyword:
        case "type":
            message = f"is {_with_kind(value)}, must be {allowed_text(schema)}{_silent_default(schema)}"
            return message, _type_hint(schema, value)
        case "enum" | "const":
            choices = any_of(choices_of(schema) or ())
            message = f"is {shown(value)}, must be {choices}{_silent_default(schema)}"
            return message, _choice_hint(schema, value)
        case "minimum" | "maximum":
            return f"is {shown(value)}, must be {allowed_text(schema)}; SJinn may silently change it", None
        case "format" if schema.get("format") in (HTTP_URL, URL_OR_PATH) and isinstance(value, str):
            may_be_path = schema.get("format") == URL_OR_PATH
            return f"is {shown(value)}, must be {allowed_text(schema)}", _url_hint(
                value, may_be_path=may_be_path
            )
        case _:
            return in_a_line(otherwise), None


def shown(value: JsonValue) -> str:
    """Write a value as JSON, cut short, on one line, without a URL's secrets."""
    return shortened(visible(without_secrets(json.dumps(value, ensure_ascii=False))), _SHOWN_CHARACTERS)


def is_blank_by_mistake(schema: JsonObject, value: JsonValue) -> bool:
    """Tell whether a text has nothing to be seen in it, and should have."""
    if not isinstance(value, str) or any(one.isprintable() and not one.isspace() for one in value):
        return False
    return refuses_blank(schema)


def _with_kind(value: JsonValue) -> str:
    match value:
        case None:
            return "empty (null)"
        case bool():
            return shown(value)
        case str():
            return f"the text {shown(value)}"
        case int() | float():
            return f"the number {shown(value)}"
        case list():
            return f"the list {shown(value)}"
        case dict():
            return f"the mapping {shown(value)}"


def _silent_default(schema: JsonObject) -> str:
    default = schema.get("default")
    if default is None or isinstance(default, list | dict):
        return ""
    return f"; SJinn may silently use {shown(default)} instead"


def _choice_hint(schema: JsonObject, value: JsonValue) -> str | None:
    """Name the choice that is spelled nearly so, else the one that needs no spelling."""
    near = did_you_mean(value, choices_of(schema) or ()) if isinstance(value, str) else None
    return near or (f"leave it out for {shown(schema['default'])}" if "default" in schema else None)


def _type_hint(schema: JsonObject, value: JsonValue) -> str | None:
    match schema.get("type"), value:
        case (("integer" | "number"), str()) if _fits(schema, value):
            return f'write {value.strip()} without quotes; in a template, end with "| int"'
        case "boolean", str():
            return "write true or false without quotes; a template must be one {{ expression }}"
        case "string", [str() as only]:
            return f"write {shown(only)} itself, not a list of it"
        case "array", str():
            return f"write a list: [{shown(value)}]"
        case _:
            return _choice_hint(schema, value)


def _fits(schema: JsonObject, text: str) -> bool:
    """Tell whether a text would be right as a number."""
    try:
        number = int(text)
    except ValueError:
        return False
    choices, low, high = choices_of(schema), schema.get("minimum"), schema.get("maximum")
    return (
        (choices is None or number in choices)
        and not (isinstance(low, int | float) and number < low)
        and not (isinstance(high, int | float) and number > high)
    )


def _url_hint(text: str, *, may_be_path: bool) -> str:
    if text.lower().startswith("data:"):
        return "SJinn takes no data: URLs; name the file itself by its path, such as images/fox.jpg"
    if may_be_path and not text.strip():
        return "such as images/fox.jpg, seen from the manifest's folder"
    if any(one.isspace() or not one.isprintable() for one in text):
        return "it holds white space or something invisible; a space is written %20"
    if "://" not in text:
        return "SJinn fetches it by itself and cannot read local files; upload it somewhere and give its URL"
    return "write it as https://HOST/PATH"
