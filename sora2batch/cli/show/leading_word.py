"""The first word of a line, which says what it is about, in its colour."""

from __future__ import annotations

import re
from typing import NamedTuple

import click

_BAD, _CARE, _GOOD, _BUSY, _LOOK, _FAINT = "red", "yellow", "green", "cyan", "magenta", "bright_black"
_OF_WORDS = {
    "error": _BAD,
    "failed": _BAD,
    "rejected": _BAD,
    "bad": _BAD,
    "not downloaded": _BAD,
    "WRITE THIS DOWN": _BAD,
    "warning": _CARE,
    "notice": _CARE,
    "note": _CARE,
    "in doubt": _CARE,
    "in_doubt": _CARE,
    "overdue": _CARE,
    "postponed": _CARE,
    "no more jobs are submitted": _CARE,
    "ok": _GOOD,
    "completed": _GOOD,
    "submitted": _BUSY,
    "hint": _BUSY,
    "next": _BUSY,
    "to look at": _LOOK,
    "pending": _FAINT,
}
_OF_SIGNS = {"+": _GOOD, ">": _BUSY, "v": _BUSY, "=": _FAINT, "-": _FAINT, "!": _BAD, "?": _CARE, "~": _CARE}
"""As a plan begins its lines; always behind two spaces."""
_COLORS = _OF_WORDS | _OF_SIGNS
_WORDS = "|".join(map(re.escape, _OF_WORDS))
_SIGNS = "".join(map(re.escape, _OF_SIGNS))
_FIRST = re.compile(rf"(?:  )?({_WORDS})(?=[:\s])|  ([{_SIGNS}])(?= )")


class Mark(NamedTuple):
    """The part of a line that has a colour."""

    start: int
    end: int
    color: str


def mark_of(line: str) -> Mark | None:
    """Find the word, or sign, with which a line says what it is about."""
    found = _FIRST.match(line)
    if found is None:
        return None
    group = 1 if found[1] else 2
    return Mark(found.start(group), found.end(group), _COLORS[found[group]])


def painted(line: str) -> str:
    """Write a line with its first word in its colour."""
    mark = mark_of(line)
    if mark is None:
        return line
    return f"{line[: mark.start]}{click.style(line[mark.start : mark.end], fg=mark.color)}{line[mark.end :]}"
