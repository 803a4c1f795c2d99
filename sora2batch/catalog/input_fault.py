"""What is wrong with an input: every fault, with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sora2batch.catalog.allowed import allowed_text
from sora2batch.catalog.input_messages import is_blank_by_mistake, shown, word_fault
from sora2batch.catalog.tool import Tool
from sora2batch.catalog.url import in_a_line
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import DataPath, Fault, Target
from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import schema_dir
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.ground.validation import Validator, rule_of

if TYPE_CHECKING:  # it brings jsonschema, which good data never pays for
    from sora2batch.ground.violation import Violation

_SAID_FIRST = ("type", "enum", "const")
_PICTURE_FIELDS = frozenset({"image", "images", "image_list", "image_url", "image_urls", "input_image"})


def faults_of(tool: Tool, input: JsonObject, validator: Validator) -> tuple[Fault, ...]:
    """Find and word everything that is wrong with an input; never empty for one that does not fit.

    Shape: one fault a path, sorted by path.
    """
    return describe_faults(tool, input, validator) or _as_decided(input, validator)


def _as_decided(input: JsonObject, validator: Validator) -> tuple[Fault, ...]:
    """Word the faults as the deciding validator does, where the wording one finds none."""
    return tuple(
        Fault(path=one.path, rule=rule_of(one.keyword), message=in_a_line(one.message))
        for one in validator.complaints(input)
    )


def broken_texts(value: JsonValue, path: DataPath = ()) -> Iterator[Fault]:
    """Find the texts that no UTF-8 can carry; the validator only tells that there is one."""
    match value:
        case dict():
            for name, item in value.items():
                yield from broken_texts(name, (*path, name))
                yield from broken_texts(item, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from broken_texts(item, (*path, index))
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            message = f"is {shown(value)}, which holds half a surrogate pair: no text that can be sent"
            yield Fault(path=path, rule=Rule.UNSAFE_VALUE, message=message)


def describe_faults(tool: Tool, input: JsonObject, validator: Validator) -> tuple[Fault, ...]:
    """Find and word everything that is wrong with an input; messages begin with a verb.

    Args:
        tool: whose input it should be.
        input: what would be sent.
        validator: the tool's input schema, compiled.

    Shape: one fault a path, sorted by path; empty where there is nothing to say in these words.
    """
    found: dict[DataPath, Fault] = {}
    try:
        for violation in sorted(validator.violations(input), key=_precedence):
            for fault in _faults_of(tool, violation):
                found.setdefault(fault.path, fault)
    except re.error:  # a pattern in the grammar of JSON Schema that Python does not read
        return ()
    return tuple(found[path] for path in sorted(found, key=_path_order))


def _precedence(violation: Violation) -> int:
    """Order what can be said of one value: that it has the wrong type explains the rest."""
    keyword = violation.keyword
    return _SAID_FIRST.index(keyword) if keyword in _SAID_FIRST else len(_SAID_FIRST)


def _path_order(path: DataPath) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in path)


def _faults_of(tool: Tool, violation: Violation) -> Iterator[Fault]:
    path, schema, value = violation.path, violation.schema, violation.value
    properties: dict[str, Any] = schema.get("properties", {})
    match violation.keyword:
        case "required":
            for name in (name for name in violation.limit if name not in value):
                message = _missing(properties.get(name))
                yield Fault(path=(*path, name), rule=Rule.MISSING_INPUT, message=message)
        case "additionalProperties" if violation.limit is False:
            for name in (name for name in value if name not in properties):
                yield _unknown_field(tool, (*path, name), tuple(properties))
        case "pattern" | "minLength" if is_blank_by_mistake(schema, value):
            yield Fault(path=path, rule=Rule.EMPTY_VALUE, message="is empty, must be text")
        case keyword:
            message, hint = word_fault(keyword, schema, value, otherwise=violation.message)
            yield Fault(path=path, rule=rule_of(keyword), message=message, hint=hint)


def _missing(schema: JsonObject | None) -> str:
    return f"is missing, must be {allowed_text(schema)}" if schema else "is missing"


def _unknown_field(tool: Tool, path: DataPath, known: tuple[str, ...]) -> Fault:
    whole = f"{tool.tool_type}, which takes" if len(path) == 1 else "this mapping, which takes"
    return Fault(
        path=path,
        rule=Rule.UNKNOWN_INPUT,
        message=f"is no input of {whole} {listed(known)}; SJinn may silently ignore it",
        hint=_picture_hint(tool, str(path[-1]), known) or did_you_mean(path[-1], known),
        target=Target.KEY if len(path) == 1 else Target.VALUE,
    )


def _picture_hint(tool: Tool, name: str, known: tuple[str, ...]) -> str | None:
    """Tell the field that a picture goes to; mixing them up is the commonest mistake with this API."""
    if name not in _PICTURE_FIELDS:
        return None
    if "image_list" in known:
        return "this tool takes image_list, a list of URLs or paths"
    if "image" in known:
        return "this tool takes image, one URL or path"
    other = tool.tool_type.replace("text-to-video", "image-to-video")
    is_there = other != tool.tool_type and (schema_dir() / "tools" / f"{other}.json").is_file()
    return f"this tool takes no picture; see {other}" if is_there else None
