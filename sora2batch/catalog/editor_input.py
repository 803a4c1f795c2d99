"""A tool's inputs for editors: what a manifest may write in each field, in JSON Schema draft 7.

Tool files speak draft 2020-12, and a manifest may write a template wherever the tool takes a value. What an
editor could not judge as the program does is left out: a field that is red and right costs more trust than
one that is wrong and not red.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import assert_never, cast

from sora2batch.catalog.allowed import (
    HTTP_URL,
    MEDIA,
    READ_LENGTH,
    allowed_text,
    choices_of,
    refuses_blank,
)
from sora2batch.catalog.price import price_key
from sora2batch.catalog.tool import (
    FixedPrice,
    PriceByValue,
    PricePerSecond,
    PricePerSecondByValue,
    Tool,
    UnknownPrice,
)
from sora2batch.ground.canonical import JsonObject, JsonValue

TEMPLATE: JsonObject = {"title": "a template", "type": ["string"], "pattern": r"\{\{|\{%|\{#"}
"""Its type is a list of one: editors put single types together, and would tell of "boolean | string"."""
TEMPLATE_REFERENCE: JsonObject = {"$ref": "#/definitions/template"}
"""Where schemas of inputs expect it to be."""
_HTTP = r"[Hh][Tt][Tt][Pp][Ss]?://"
_ONLY_URL = rf"^{_HTTP}\S"
_URL_OR_PATH = rf"^({_HTTP}\S|(?![A-Za-z][A-Za-z0-9+.-]+://|[Dd][Aa][Tt][Aa]:))"
_SAME_IN_BOTH_DRAFTS = frozenset(
    {
        "type", "enum", "const", "default", "required", "properties", "additionalProperties",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "pattern",
        "items", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip
_EXEMPTS = {"prefixItems": "items", "patternProperties": "additionalProperties"}
"""Keywords of theirs, each with the one that it keeps away from some of what is inside a value."""


def editor_input(tool: Tool) -> JsonObject:
    """Make the schema of an ``input`` of this tool; which fields must be there is said elsewhere."""
    return {
        "title": f"input of {tool.tool_type}",
        "description": tool_text(tool),
        "properties": {name: _field(tool, name) for name in tool.properties},
        "additionalProperties": False,
    }


def tool_text(tool: Tool) -> str:
    """Tell of a tool in a line: its title, what it costs, and what speaks against it."""
    return f"{tool.title}. {_price_text(tool)} {tool.mark}".rstrip()


def _price_text(tool: Tool) -> str:
    return f"{'Price' if isinstance(tool.price, UnknownPrice) else 'Credits'}: {tool.price_text}."


def _field(tool: Tool, name: str) -> JsonObject:
    schema = tool.properties[name]
    told: JsonObject = {"title": name, "description": " ".join(_description(tool, name, schema))}
    value = _value(schema)
    match value, _prices(tool, name):
        case {"enum": [*choices]}, {**prices} if prices:
            value["enumDescriptions"] = [prices.get(price_key(choice), "") for choice in choices]
        case _:
            pass
    return told | _or_template(value)


def _description(tool: Tool, name: str, schema: JsonObject) -> Iterator[str]:
    yield str(schema["description"])
    if choices_of(schema) is None:
        allowed = allowed_text(schema)
        yield f"{allowed[:1].upper()}{allowed[1:]}."
    if name in tool.required:
        yield "Required."
    elif "default" in schema:
        yield f"Default: {_shown(schema['default'])}."
    if READ_LENGTH in schema:
        yield f"The model reads {schema[READ_LENGTH]:,} characters of it."
    if _decides_price(tool, name):
        yield _price_text(tool)


def _decides_price(tool: Tool, name: str) -> bool:
    match tool.price:
        case PriceByValue(field=field):
            return field == name
        case PricePerSecond(seconds_field=seconds):
            return seconds == name
        case PricePerSecondByValue(seconds_field=seconds, field=field):
            return name in (seconds, field)
        case FixedPrice() | UnknownPrice():
            return False
        case _:
            assert_never(tool.price)


def _shown(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return "none" if value == [] else json.dumps(value, ensure_ascii=False)


def _prices(tool: Tool, name: str) -> Mapping[str, str]:
    """What each value of a field costs, where the price hangs on it."""
    match tool.price:
        case PriceByValue(field=field, credits=prices) if field == name:
            return {value: f"{credits_} credits" for value, credits_ in prices.items()}
        case PricePerSecondByValue(field=field, credits_per_second=rates) if field == name:
            return {value: f"{rate} credits a second" for value, rate in rates.items()}
        case _:
            return {}


def _value(schema: JsonObject) -> JsonObject:
    """Say in draft 7 what a value must be; what is left out makes it laxer, never stricter."""
    value = {
        key: part for key, part in schema.items() if key in _SAME_IN_BOTH_DRAFTS and _is_plain(key, part)
    }
    if isinstance(items := schema.get("items"), dict):
        value["items"] = _part(items)
    if isinstance(properties := schema.get("properties"), dict):
        value["properties"] = {name: _part(part) for name, part in properties.items()}
    if isinstance(more := schema.get("additionalProperties"), dict):
        value["additionalProperties"] = _part(more)
    for keyword, exempt in _EXEMPTS.items():
        if keyword in schema:
            value.pop(exempt, None)
    return value | _wording(schema)


def _is_plain(key: str, part: JsonValue) -> bool:
    """Tell whether a keyword can be taken over: a list or mapping to choose may hold templates inside."""
    match key:
        case "enum":
            return not any(isinstance(choice, list | dict) for choice in cast("list[JsonValue]", part))
        case "const":
            return not isinstance(part, list | dict)
        case _:
            return True


def _part(schema: JsonValue) -> JsonValue:
    """Say the same of what is inside a value."""
    if not isinstance(schema, dict):
        return schema
    return _or_template(_value(schema))


def _or_template(value: JsonObject) -> JsonObject:
    """Allow a template as well; of two that do not fit, editors tell of the first."""
    return value if _takes_every_template(value) else {"anyOf": [value, TEMPLATE_REFERENCE]}


def _wording(schema: JsonObject) -> JsonObject:
    if schema.get("format") == HTTP_URL and "pattern" not in schema:
        pattern = _URL_OR_PATH if MEDIA in schema else _ONLY_URL
        return {"pattern": pattern, "patternErrorMessage": f"must be {allowed_text(schema)}"}
    if "pattern" in schema and refuses_blank(schema):
        return {"patternErrorMessage": f"must be {allowed_text(schema)}"}
    return {}


def _takes_every_template(value: JsonObject) -> bool:
    """Tell whether any text with a template in it fits, as nothing is asked but that it is a text."""
    return value.get("type") in ("string", None) and not value.keys() - {"type", "default"}
