"""What the API does to an input before it charges: repair in silence where it can, refuse where it must.

A bad choice becomes the default, a number out of range is clamped, a number in quotes is read, an unknown
field is dropped. A missing required field, an empty prompt and an image that is no absolute URL are refused.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue, with_whole_numbers
from sora2batch.simulator.refusal import ErrorCode, RefusalError


def repair(tool: Tool, sent: JsonValue) -> JsonObject:
    """Make of what was sent what the tool will work from.

    Raises:
        RefusalError: a required field is missing or empty, or an image is no absolute http(s) URL.
    """
    fields = _object(tool.input_schema.get("properties"))
    required = tool.input_schema.get("required")
    given = _object(sent)
    input: JsonObject = {}
    for name, rule in fields.items():
        value = _field(name, _object(rule), given.get(name))
        if value is not None:
            input[name] = value
        elif isinstance(required, list) and name in required:
            raise RefusalError(ErrorCode.BAD_INPUT, f"{name} is required")
    return input


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _field(name: str, rule: JsonObject, value: JsonValue) -> JsonValue:
    default = rule.get("default")
    value = with_whole_numbers(value)
    choices = rule.get("enum")
    if isinstance(choices, list):
        return _choice(choices, default, value)
    match rule.get("type"):
        case "integer" | "number":
            return _number(rule, value)
        case "boolean":
            return value if isinstance(value, bool) else default
        case "array":
            return [_url(name, item) for item in value] if isinstance(value, list) else default
        case _ if rule.get("format") == "http-url" and value is not None:
            return _url(name, value)
        case _:
            return value if isinstance(value, str) and value.strip() else default


def _choice(choices: list[JsonValue], default: JsonValue, value: JsonValue) -> JsonValue:
    # True == 1 in Python but not in JSON.
    if any(type(choice) is type(value) and choice == value for choice in choices):
        return value
    return choices[0] if default is None and value is not None else default


def _number(rule: JsonObject, value: JsonValue) -> JsonValue:
    number = _read_number(value)
    if number is None:
        return rule.get("default")
    low, high = rule.get("minimum"), rule.get("maximum")
    if isinstance(low, int | float):
        number = max(number, low)
    if isinstance(high, int | float):
        number = min(number, high)
    return round(number) if rule.get("type") == "integer" else number


def _read_number(value: JsonValue) -> int | float | None:
    match value:
        case bool():
            return None
        case int() | float():
            return value
        case str():
            try:
                number = float(value)
            except ValueError:
                return None
            return number if abs(number) < 1e15 else None
        case _:
            return None


def _url(name: str, value: JsonValue) -> JsonValue:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusalError(ErrorCode.BAD_INPUT, f"{name} must be an absolute http(s) URL")
    return value
