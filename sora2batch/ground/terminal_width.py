"""Texts in columns of a terminal: how wide they are, and right-to-left words that stay in their place."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import bidirectional, category, east_asian_width

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066\u2067]")
"""Control characters and those that turn the rest of a line around; line breaks and tabs are none."""
_BREAK = re.compile("[\n\t]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_MOST_REMEMBERED = 1000
_NO_CELL = frozenset({"Mn", "Mc", "Me", "Cf", "Cc"})


def width_of(text: str) -> int:
    """Count the cells that a line takes: two for a wide letter, none for a mark on the one before it."""
    if text.isascii():
        return len(text)
    # The keys of many jobs are made of a few labels.
    labels = text.split("/")
    return sum(map(_width, labels)) + len(labels) - 1


def cell_count(text: str) -> int:
    """Count the cells of a text that is no key: as ``width_of`` does, and nothing of it is remembered."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def padded(text: str, width: int) -> str:
    """Fill a text with blanks up to a number of cells."""
    return text.ljust(width) if text.isascii() else text + " " * (width - width_of(text))


def isolated(key: str) -> str:
    """Make a job's key fit for a line: each right-to-left label turns around in itself and moves no other.

    Source: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    line = key if key.isprintable() else _BREAK.sub(" ", without_controls(key))
    return line if line.isascii() else "/".join(map(_isolated, line.split("/")))


def without_controls(text: str) -> str:
    """Blank out what would steer a terminal instead of being read."""
    return text if text.isprintable() else _UNSEEN.sub(" ", text)


_width = lru_cache(maxsize=_MOST_REMEMBERED)(cell_count)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _isolated(label: str) -> str:
    is_right_to_left = any(bidirectional(character) in _RIGHT_TO_LEFT for character in label)
    return f"{_ISOLATE}{label}{_END}" if is_right_to_left else label


def _cells(character: str) -> int:
    if category(character) in _NO_CELL:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
