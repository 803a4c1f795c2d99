"""What is wrong with a request: every fault, with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sora2batch.catalog.allowed import HTTP_URL, allowed_text
from sora2batch.catalog.input_messages import word_fault
from sora2batch.catalog.tool import Tool
from sora2batch.catalog.url import is_http_url
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.problem import DataPath
from sora2batch.ground.schema import schema_dir
from sora2batch.ground.suggest import did_you_mean, listed

if TYPE_CHECKING:
    from jsonschema import FormatChecker, ValidationError

_SAID_FIRST = ("type", "enum", "const")
_PICTURE_FIELDS = frozenset({"image", "images", "image_list", "image_url", "image_urls", "input_image"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFault:
    """One thing that is wrong with a request."""

    path: DataPath
    """Below the input; of the missing field where one is missing."""
    message: str
    """Starts with a verb, to stand after the path: ``is "PRO", must be "std" or "pro"``."""
    hint: str | None = None


def describe_faults(tool: Tool, request: JsonObject) -> tuple[InputFault, ...]:
    """Find and word everything that is wrong with a request.

    Shape: one fault a path, sorted by path; empty where this validator finds nothing to say.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 160 ms that a good manifest never pays

    validator = Draft202012Validator(tool.input_schema, format_checker=_format_checker())
    found: dict[DataPath, InputFault] = {}
    try:
        for error in sorted(validator.iter_errors(request), key=_precedence):
            for fault in _faults_of(tool, error):
                found.setdefault(fault.path, fault)
    except re.error:  # a pattern in the grammar of JSON Schema that Python does not read
        return ()
    return tuple(found[path] for path in sorted(found, key=_path_order))


def _format_checker() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415 - as above

    checker = FormatChecker(formats=())
    checker.checks(HTTP_URL)(_is_no_bad_url)
    return checker


def _is_no_bad_url(value: object) -> bool:
    return not isinstance(value, str) or is_http_url(value)


def _precedence(error: ValidationError) -> int:
    """Order what can be said of one value: that it has the wrong type explains the rest."""
    return _SAID_FIRST.index(error.validator) if error.validator in _SAID_FIRST else len(_SAID_FIRST)


def _path_order(path: DataPath) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in path)


def _faults_of(tool: Tool, error: ValidationError) -> Iterator[InputFault]:
    path: DataPath = tuple(error.absolute_path)
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    properties = schema.get("properties", {})
    value: Any = error.instance
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            for name in (name for name in rule if name not in value):
                yield InputFault(path=(*path, name), message=_missing(properties.get(name)))
        case "additionalProperties" if rule is False:
            for name in (name for name in value if name not in properties):
                yield _unknown_field(tool, (*path, name), tuple(properties))
        case _:
            keyword = str(error.validator)
            message, hint = word_fault(keyword, schema, value, otherwise=error.message)
            yield InputFault(path=path, message=message, hint=hint)


def _missing(schema: JsonObject | None) -> str:
    return f"is missing, must be {allowed_text(schema)}" if schema else "is missing"


def _unknown_field(tool: Tool, path: DataPath, known: tuple[str, ...]) -> InputFault:
    whole = f"{tool.tool_type}, which takes" if len(path) == 1 else "this mapping, which takes"
    return InputFault(
        path=path,
        message=f"is no input of {whole} {listed(known)}; SJinn may silently ignore it",
        hint=_picture_hint(tool, str(path[-1]), known) or did_you_mean(path[-1], known),
    )


def _picture_hint(tool: Tool, name: str, known: tuple[str, ...]) -> str | None:
    """Tell the field that a picture goes to; mixing them up is the commonest mistake with this API."""
    if name not in _PICTURE_FIELDS:
        return None
    if "image_list" in known:
        return "this tool takes image_list, a list of URLs"
    if "image" in known:
        return "this tool takes image, one URL"
    other = tool.tool_type.replace("text-to-video", "image-to-video")
    is_there = other != tool.tool_type and (schema_dir() / "tools" / f"{other}.json").is_file()
    return f"this tool takes no picture; see {other}" if is_there else None
