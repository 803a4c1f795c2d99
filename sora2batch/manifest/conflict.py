"""Marks that a merge left in a file: whoever wrote them, nobody has decided yet what the file says."""

from __future__ import annotations

import re

from sora2batch.ground.problem import Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.manifest_error import ManifestError

# Git writes exactly seven, at the start of a line, with a blank and a name behind them or nothing.
_SIDE = re.compile(r"^(?:<{7}|>{7}|\|{7})(?=[ \t\r\n]|\Z)", re.MULTILINE)
_DIVIDER = re.compile(r"^={7}(?=[ \t]*\r?$)", re.MULTILINE)
_SIDES = ("<<<<<<<", ">>>>>>>", "|||||||")
DIVIDER = "======="


def refuse_sides(text: str, *, file: str) -> None:
    """Refuse a text in which the side of a conflict begins or ends.

    Raises:
        ManifestError: names the line of the first mark.
    """
    if any(mark in text for mark in _SIDES) and (found := _SIDE.search(text)):
        raise conflict_in(text, found.start(), file=file)


def refuse_dividers(text: str, *, file: str) -> None:
    """Refuse a text in which the middle of a conflict was left; for files where no value has such a line.

    Raises:
        ManifestError: names the line of the first mark.
    """
    if dividers := divider_offsets(text):
        raise conflict_in(text, dividers[0], file=file)


def divider_offsets(text: str) -> list[int]:
    """Find the lines that are nothing but the middle of a conflict."""
    return [found.start() for found in _DIVIDER.finditer(text)] if DIVIDER in text else []


def has_conflict(text: str) -> bool:
    """Tell whether a value holds the side of a conflict anywhere; its middle alone may be a heading."""
    return any(mark in text for mark in _SIDES)


def conflict_in(text: str, offset: int, *, file: str) -> ManifestError:
    """Word that a mark stands at an offset."""
    line = len(re.findall(r"\r\n|\n|\r", text[:offset])) + 1
    message = f"merge conflict marks at line {line}: resolve them first"
    return ManifestError(
        [Problem(file=file, position=Position(line, 1), rule=Rule.MERGE_CONFLICT, message=message)]
    )
