"""JSON Lines -> values, one a line."""

from __future__ import annotations

import json
from typing import Any

import orjson

from sora2batch.ground.canonical import JsonValue, NotCanonicalError, canonical_json
from sora2batch.ground.problem import START, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.conflict import refuse_dividers
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.source_text import decode, with_plain_breaks

_MAX_DEPTH = 100


class _LineError(ValueError):
    """What is wrong with one line, and at which column."""

    def __init__(self, rule: Rule, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.column = column


def parse_json_lines(content: bytes, *, file: str) -> tuple[JsonValue, ...]:
    """Read one value a line; blank lines are skipped.

    Raises:
        ManifestError: with a problem for each bad line; it names ``file``.
    """
    values: list[JsonValue] = []
    problems: list[Problem] = []
    text = with_plain_breaks(decode(content, file=file))
    refuse_dividers(text, file=file)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parse_line(line)
        except _LineError as error:
            fault = Fault(rule=error.rule, message=error.message)
            problems.append(fault.at(file, Position(number, error.column)))
            continue
        values.append(value)
        if is_empty_row(value):
            problems.append(empty_row(file, Position(number, 1)))
    if not values and not problems:
        message = "is empty: an axis needs one value at least"
        problems.append(Fault(rule=Rule.NO_VALUES, message=message).at(file, START))
    if problems:
        raise ManifestError(problems)
    return tuple(values)


def line_positions(content: bytes, *, file: str) -> tuple[Position, ...]:
    """Find where each value starts, in content that was read before."""
    lines = enumerate(decode(content, file=file).split("\n"), start=1)
    return tuple(Position(number, 1) for number, line in lines if line.strip())


def is_empty_row(value: JsonValue) -> bool:
    """Tell whether a row has fields and none of them says anything, as a spreadsheet's last rows often do."""
    return isinstance(value, dict) and all(map(_is_empty, value.values()))


def empty_row(file: str, place: Position) -> Problem:
    """Word that a row is empty: left in, it would be a job all the same."""
    message = "the row is empty: none of its fields has a value"
    return Fault(rule=Rule.EMPTY_ROW, message=message, hint="remove it").at(file, place)


def _is_empty(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _parse_line(line: str) -> JsonValue:
    try:
        orjson.loads(line)  # strict where json is not: no NaN, no endless depth
        value: JsonValue = json.loads(line, object_pairs_hook=_without_duplicates)
        _check_depth(value, _MAX_DEPTH)
        canonical_json(value)
    except orjson.JSONDecodeError as error:
        raise _LineError(Rule.JSON_SYNTAX, f"the line is not JSON: {error.msg}", error.colno) from error
    except RecursionError as error:
        raise _LineError(Rule.TOO_DEEP, f"the value is nested deeper than {_MAX_DEPTH} levels") from error
    except NotCanonicalError as error:
        message = "the line holds a number or a text that JSON cannot carry safely"
        raise _LineError(Rule.UNSAFE_VALUE, message) from error
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _LineError(Rule.DUPLICATE_KEY, f'the key "{twice}" stands twice in one mapping')
    return mapping


def _check_depth(value: JsonValue, left: int) -> None:
    if not left:
        raise RecursionError
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, left - 1)
