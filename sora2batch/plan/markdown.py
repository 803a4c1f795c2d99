"""Markdown as GitHub and GitLab read it: code spans, tables that end in time, folds.

Prompts, keys and errors are strangers' words. They stand in code spans, where no link, mention, reference,
entity or HTML is seen; a backslash would keep it from some of these only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sora2batch.ground.text import one_line

_CELL_ROOM = 240
_BACKTICKS = re.compile("`+")
_BACKSLASH_BEFORE_PIPE = re.compile(r"\\(?=\|)")


def cell(text: str) -> str:
    """Write a code span that a table's cell can hold: there a pipe needs a backslash even in code."""
    # Renderers do not agree on two backslashes before a pipe, so there are never two.
    return code(_BACKSLASH_BEFORE_PIPE.sub(r"\\ ", one_line(text, _CELL_ROOM)).replace("|", r"\|"))


def code(text: str) -> str:
    """Write a code span; its fence is longer than any run of backticks inside."""
    shown = one_line(text, 2 * _CELL_ROOM).strip()
    if not shown:
        return ""
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    pad = " " if "`" in {shown[0], shown[-1]} else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def within(rows: Iterable[str], count: int, noun: str, *, room: int, most: int) -> Iterator[str]:
    """End a table or a list: as many rows as there is room for, then how many are left out.

    Args:
        rows: a line each.
        count: how many there are.
        noun: what they are, for more than one.
        room: how many characters they may take together.
        most: how many there may be.
    """
    shown = 0
    for row in rows:
        room -= len(row) + 1
        if shown == most or room < 0:
            break
        shown += 1
        yield row
    yield ""
    if shown < count:
        yield f"… and {count - shown:,} more {noun}."
        yield ""


def folded(summary: str, lines: Iterable[str]) -> Iterator[str]:
    """Hide lines behind one, which is HTML: nothing of a stranger's may be in it."""
    yield "<details>"
    yield f"<summary>{summary}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""
