"""How values are shown: HTML for notebooks, with every text of a stranger's made harmless.

No scripts and no style sheets: a notebook that is not trusted shows the same, and nothing else on its page
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from sora2batch.ground.terminal_width import without_controls
from sora2batch.ground.text import shortened, without_secrets

MOST_ROWS = 200
"""Of a table: what a notebook shows it keeps, in its file."""
_TEXT_ROOM = 300
_CELL = "text-align:left;vertical-align:top;white-space:pre-wrap"
_NUMBER = "text-align:right;vertical-align:top"


def text(raw: str, room: int = _TEXT_ROOM) -> str:
    """Write a text so that it is only read: it is no HTML, and turns nothing around that stands beside it."""
    return f"<bdi>{escape(shortened(without_secrets(without_controls(raw)), room))}</bdi>"


def shown(raw: str) -> str:
    """Write a value for whoever prints it, at a terminal maybe."""
    return f"<{without_controls(raw)}>"


def block(*parts: str) -> str:
    """Put parts together; what looks like a formula in TeX stays as it is written."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'


def line(raw: str) -> str:
    """Write a line."""
    return f"<div>{text(raw)}</div>"


def heading(raw: str) -> str:
    """Write what a table is about."""
    return f"<div><strong>{text(raw)}</strong></div>"


def bullets(raws: Sequence[str]) -> str:
    """Write a list; nothing where there is nothing."""
    return f"<ul>{''.join(f'<li>{text(raw)}</li>' for raw in raws)}</ul>" if raws else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str | int]], total: int) -> str:
    """Write the first rows of a table; how many more there are is told below it."""
    first = [f"<tr>{''.join(map(_cell, row))}</tr>" for row, _ in zip(rows, range(MOST_ROWS), strict=False)]
    head = "".join(f'<th style="{_CELL}">{text(column)}</th>' for column in columns)
    rest = total - len(first)
    more = line(f"and {rest:,} more: to_dicts() has all of them") if rest > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(first)}</tbody></table>{more}"


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f'<td style="{_NUMBER}">{value:,}</td>'
    return f'<td style="{_CELL}">{text(value)}</td>'
