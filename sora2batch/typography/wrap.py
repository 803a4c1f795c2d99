"""Where lines break: the Unicode line breaking algorithm (UAX #14) knows, also where there are no blanks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from budoux import Parser, load_default_thai_parser
from uniseg.linebreak import line_break_units

from sora2batch.typography.cell import Cell

_THAI = re.compile("[\u0e01-\u0e5b]")
Fits = Callable[[Sequence[Cell]], bool]


def wrapped_cells(cells: Sequence[Cell], fits: Fits, most: int) -> list[Sequence[Cell]]:
    """Divide cells into lines that fit; the last one has all that is left, however long that is."""
    lines: list[Sequence[Cell]] = []
    line: list[Cell] = []
    units = list(_units(cells, fits))
    for place, unit in enumerate(units):
        if not line or fits(_trimmed([*line, *unit])):
            line += unit
            continue
        if len(lines) == most - 1:
            rest = [cell for one in units[place:] for cell in one]
            return [*lines, _trimmed([*line, *rest])]
        lines.append(_trimmed(line))
        line = list(unit)
    return [one for one in [*lines, _trimmed(line)] if one]


def _units(cells: Sequence[Cell], fits: Fits) -> Iterator[Sequence[Cell]]:
    """Give what belongs together; a word that does not fit by itself, letter by letter."""
    ends = _break_ends("".join(cell.text for cell in cells))
    unit: list[Cell] = []
    end = 0
    for cell in cells:
        unit.append(cell)
        end += len(cell.text)
        if end in ends:
            yield from [unit] if fits(_trimmed(unit)) else ([one] for one in unit)
            unit = []


def _break_ends(text: str) -> frozenset[int]:
    words = (word for unit in line_break_units(text) for word in _words(unit))
    return frozenset(accumulate(map(len, words)))


def _words(unit: str) -> list[str]:
    """Find words where only a dictionary knows them: Thai is written without blanks between them."""
    return _thai().parse(unit) if _THAI.search(unit) else [unit]


@lru_cache(maxsize=1)
def _thai() -> Parser:
    return load_default_thai_parser()


def _trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    first, last = 0, len(cells)
    while first < last and cells[first].text == " ":
        first += 1
    while first < last and cells[last - 1].text == " ":
        last -= 1
    return cells[first:last]
