"""What to write instead of a value that the schema refuses: always something that it would take."""

from __future__ import annotations

import json
import re
from typing import Any

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.digits import plain_digits
from sora2batch.ground.problem import DataPath
from sora2batch.ground.suggest import did_you_mean
from sora2batch.manifest.slip import colon_hint

_REQUIRED = frozenset({("version",), ("budget",), ("jobs",), ("budget", "max_credits")})
_THOUSAND = 1000


def kind_of(schema: dict[str, Any]) -> str:
    """Tell which type is wanted; that null is taken as well goes without saying."""
    kinds = schema["type"]
    return kinds if isinstance(kinds, str) else next(str(kind) for kind in kinds if kind != "null")


def type_hint(path: DataPath, value: JsonValue, schema: dict[str, Any]) -> str | None:
    """Say what to write instead of a value of another type."""
    match kind_of(schema), value:
        case _, None:
            return filling_hint(path)
        case "object", str():
            return colon_hint(value)
        case "object", int() if path == ("budget",):
            return f"write {{max_credits: {value}}}"
        case "object", list() if any(isinstance(item, dict) for item in value):
            return _list_hint(path, value)
        case "string", bool() | int() | float():
            return _text_hint(path, json.dumps(value), schema)
        case "integer", str():
            return _whole_hint(value, schema)
        case "integer", float() if path == ("budget", "max_credits"):
            return _fraction_hint(value, schema)
        case "number", str():
            return _number_hint(value, schema)
        case _:
            return None


def filling_hint(path: DataPath) -> str:
    """Say what to do about a key without a value."""
    is_required = path in _REQUIRED or path[-1:] == ("method",)
    return "give it a value" if is_required else "give it a value, or remove the key"


def choice_hint(value: JsonValue, choices: list[JsonValue]) -> str | None:
    """Say which of some values is meant."""
    if not isinstance(value, str):
        return None
    if any(value.strip() == json.dumps(choice) for choice in choices):
        return f"write {value.strip()}, without quotes"
    return did_you_mean(value, [choice for choice in choices if isinstance(choice, str)])


def _list_hint(path: DataPath, items: list[JsonValue]) -> str:
    """Say how a list of mappings becomes one mapping."""
    keys = {key for item in items if isinstance(item, dict) for key in item}
    if path == ("jobs",) and "input" in keys:
        return 'give each group a name, such as "hero:", instead of its "- "'
    return 'leave out the "- " before each key'


def _text_hint(path: DataPath, text: str, schema: dict[str, Any]) -> str | None:
    if path[-1:] == ("tool",):
        return "`sora2batch tools` lists them"
    if path[-1:] == ("from",) or not re.search(schema.get("pattern", ""), text):
        return None
    return f'put it in quotes: "{text}"'


def _whole_hint(text: str, schema: dict[str, Any]) -> str | None:
    number = plain_digits(text)
    if number is not None and _is_in_bounds(number, schema):
        return f"write {number}, without quotes or separators"
    match schema:
        case {"examples": [example, *_]}:
            return f"write digits alone, such as {example}"
        case _:
            return "write digits alone"


def _fraction_hint(value: float, schema: dict[str, Any]) -> str | None:
    """Take 1.5 for 1.500, should somebody separate thousands by a point."""
    thousands = round(value * _THOUSAND, 6)
    if 0 < value < _THOUSAND and thousands.is_integer() and _is_in_bounds(thousands, schema):
        return f"write {int(thousands)} if the point separates thousands"
    return None


def _number_hint(text: str, schema: dict[str, Any]) -> str | None:
    try:
        number: float | None = plain_digits(text) or float(json.loads(text.strip()))
    except (ValueError, TypeError):
        return "write digits alone, with a point before the fraction"
    if number is not None and _is_in_bounds(number, schema):
        return f"write {json.dumps(number)}, without quotes or separators"
    return None


def _is_in_bounds(number: float, schema: dict[str, Any]) -> bool:
    low, high, above = (schema.get(rule) for rule in ("minimum", "maximum", "exclusiveMinimum"))
    return (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
    )
