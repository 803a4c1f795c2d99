"""Slips of the pen that libyaml notices late, or in words of its own: what the line itself tells of them."""

from __future__ import annotations

import re
from typing import TypeAlias

from sora2batch.ground.problem import Fault, Position
from sora2batch.ground.rule import Rule
from sora2batch.manifest.source_text import with_plain_breaks

_VALUE = r"^(?P<before>\s*(?:- +)*(?:[\w.-]+ *: +|- +))(?P<value>\S.*)$"
_NO_BLANK = r"^(?P<before>\s*(?:- +)*)(?P<key>[A-Za-z_][\w-]*):(?P<value>[^\s:/'\"][^:]*)$"
_WIDE = r"^(?P<before>\s*(?:- +)*)(?P<key>[^\s:'\"\uff1a]+)\uff1a\s*(?P<value>.*)$"
_UNSPECIFIC = frozenset(
    {
        "did not find expected key",
        "did not find expected node content",
        "did not find expected whitespace or line break",
    }
)
_SPECIAL = "&*!%@`,]}?"
_AFTER = {
    "'": ("the quoted text ends before this", "an apostrophe in '...' is written '', or use double quotes"),
    '"': ("the quoted text ends before this", r'a quotation mark in "..." is written \"'),
    "]": ("the list ends before this", "put a text with brackets in quotes as a whole"),
    "}": ("the mapping ends before this", "put a text with braces in quotes as a whole"),
}
_QUOTE = "put the text in quotes"


Slip: TypeAlias = tuple[Position, Fault]
"""What a person did, and where."""


def slip_at(text: str, place: Position, problem: str) -> Slip | None:
    """Find the slip behind a complaint of libyaml's about a place; None where the line tells nothing."""
    lines = with_plain_breaks(text).split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if problem == "mapping values are not allowed in this context":
        return _missing_blank(lines, place.line)
    if problem == "did not find expected comment or line break":
        return _begun_block(line, place)
    if problem not in _UNSPECIFIC:
        return None
    return _wide_colon(line.rstrip(), place.line) or _special_start(line, place) or _after_quotes(line, place)


def _slip(place: Position, message: str, hint: str) -> Slip:
    return place, Fault(rule=Rule.YAML_SYNTAX, message=message, hint=hint)


def _missing_blank(lines: list[str], number: int) -> Slip | None:
    """See ``prompt:x`` in the line above: together with this one it is a text of two lines."""
    above = next((at for at in range(number - 1, 0, -1) if lines[at - 1].strip()), 0)
    line = lines[above - 1].rstrip() if above else ""
    if slip := _wide_colon(line, above):
        return slip
    if found := re.match(_NO_BLANK, line):
        place = Position(above, found.start("value") + 1)
        return _slip(place, f'a blank is missing after "{found["key"]}:"', _written(found))
    return None


def _wide_colon(line: str, number: int) -> Slip | None:
    found = re.match(_WIDE, line)
    if found is None:
        return None
    place = Position(number, found.end("key") + 1)
    message = f'a wide "\uff1a" follows "{found["key"]}", which YAML takes for a letter'
    return _slip(place, message, _written(found))


def colon_hint(text: str) -> str | None:
    """See a key and its value in a text: the blank after the ``:`` is missing, or it is a wide one."""
    found = re.match(_WIDE, text) or re.match(_NO_BLANK, text)
    return _written(found) if found else None


def _written(found: re.Match[str]) -> str:
    """Write a key and its value as YAML wants them."""
    value = found["value"]
    return f"write {found['key']}: {value if len(value) <= 40 else f'{value[:37]}...'}".rstrip()


def _begun_block(line: str, place: Position) -> Slip | None:
    found = re.match(_VALUE, line.rstrip())
    if found is None or found["value"][0] not in "|>":
        return None
    mark, at = found["value"][0], Position(place.line, found.start("value") + 1)
    return _slip(at, f'"{mark}" starts a text that begins in the next line', _QUOTE)


def _special_start(line: str, place: Position) -> Slip | None:
    found = re.match(_VALUE, line.rstrip())
    if found is None or found["value"][0] not in _SPECIAL or found.start("value") >= place.column:
        return None
    message = f'a text without quotes cannot start with "{found["value"][0]}"'
    return _slip(Position(place.line, found.start("value") + 1), message, _QUOTE)


def _after_quotes(line: str, place: Position) -> Slip | None:
    before = line[: place.column - 1].rstrip()
    if not before or before[-1] not in _AFTER:
        return None
    message, hint = _AFTER[before[-1]]
    return _slip(place, message, hint)
