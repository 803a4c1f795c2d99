"""A text behind ``|`` or ``>``: its lines move as one, for their white space is a part of it."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEADER = re.compile(r"[|>](?:([1-9])|[-+])*")


class BlockText(NamedTuple):
    """Such a text as it stands in a file."""

    header: str
    """``|``, ``>-``, ``|2`` and the like."""
    comment: str
    """Behind the header; mostly empty."""
    lines: tuple[str, ...]
    """Without their common indent; those that are empty for YAML are empty."""
    end: int
    """Where it ends in the file: before the line break behind its last line."""

    @property
    def digit(self) -> int | None:
        """How much further in than its parent it says that it stands."""
        return next((int(sign) for sign in self.header if sign.isdigit()), None)


def block_text_at(text: str, start: int, parent: int) -> BlockText:
    """Read the text that begins with the ``|`` or ``>`` at *start*, below something at column *parent*."""
    head, _, _ = text[start:].partition("\n")
    found = _HEADER.match(head)
    assert found is not None
    header = found[0]
    first = start + len(head) + 1
    rest = text[first:].split("\n") if first <= len(text) else []
    if rest and not rest[-1]:
        rest.pop()  # what is behind the last line break is no line
    indent = parent + int(found[1]) if found[1] else max(parent + 1, _indent_of(rest))
    count = _count(rest, indent, keeps_all="+" in header)
    length = sum(len(line) + 1 for line in rest[:count])
    return BlockText(
        header=header,
        comment=head[len(header) :].strip(" \t"),
        lines=tuple(line[indent:] for line in rest[:count]),
        end=first + length - 1,
    )


def _indent_of(lines: list[str]) -> int:
    """Find the indent of the first line that is more than blanks."""
    first = next((line for line in lines if line.strip(" ")), "")
    return len(first) - len(first.lstrip(" "))


def _count(lines: list[str], indent: int, *, keeps_all: bool) -> int:
    """Count the lines that belong to the text; empty ones at its end only if they count."""
    count = filled = 0
    for line in lines:
        if line[:indent].strip(" "):
            break
        count += 1
        if len(line) > indent:
            filled = count
    return count if keeps_all else filled
