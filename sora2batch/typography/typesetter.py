"""Sets texts: on one line or on some, no wider than asked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from sora2batch.typography.bidi import runs_to_the_left
from sora2batch.typography.carried_font import HAS, Font, font_of
from sora2batch.typography.cell import Cell, cells_of
from sora2batch.typography.font_face import CARRIED, UNITS, sized
from sora2batch.typography.fonts import Fonts, machine_fonts
from sora2batch.typography.script import Script, font_for, name_of
from sora2batch.typography.shape import shaped
from sora2batch.typography.spelling import cleaned, plain
from sora2batch.typography.text_line import Line, PlainLine, ShapedLine
from sora2batch.typography.wrap import wrapped_cells

_ELLIPSIS = "…"
assert _ELLIPSIS in HAS, "whatever is cut ends in one"


class Typesetter:
    """Sets texts in the fonts of this machine, and remembers which were missing.

    The same text and fonts give the same pixels. English is set in the font that Pillow carries, alike on
    every machine.
    """

    def __init__(self, fonts: Fonts | None = None) -> None:
        self._cells = lru_cache(maxsize=1024)(partial(cells_of, fonts=fonts or machine_fonts()))
        self._missing: dict[Script, str] = {}

    @property
    def missing(self) -> frozenset[Script]:
        """Scripts that had to be spelled in English letters up to now."""
        return frozenset(self._missing)

    def notices(self) -> list[str]:
        """Say of each script that no font was found for it, and which font has it."""
        return [
            f"notice: no font for {name_of(script, example)} on this machine: in pictures it is spelled in "
            f"English letters; install one, such as {font_for(script)}"
            for script, example in sorted(self._missing.items())
        ]

    def written(self, text: str) -> str:
        """Tell how a text is written: with spellings in the place of what no font has."""
        text = cleaned(text)
        english = plain(text)
        return english if english is not None else _text(self._remembered(self._cells(text)))

    def line(self, text: str, height: float, width: float | None = None) -> Line:
        """Set a text on one line; one that would be wider ends in an ellipsis."""
        text = cleaned(text)
        english = plain(text)
        if english is not None:
            return PlainLine(text=english if width is None else _cut(english, height, width), height=height)
        cells = self._remembered(self._cells(text))
        return _shaped(cells, height, width, to_the_left=runs_to_the_left(_text(cells)))

    def wrapped(
        self, text: str, height: float, width: float, *, most: int, at_dashes: bool = False
    ) -> list[Line]:
        """Break a text into lines that fit; what does not fit any more ends in an ellipsis.

        English words that dashes join are kept together unless it is ``at_dashes``.
        """
        text = cleaned(text)
        english = plain(text)
        if english is not None:
            wrap = _wrapped_at_dashes if at_dashes else _wrapped
            return [PlainLine(text=one, height=height) for one in wrap(english, height, width, most)]
        cells = self._remembered(self._cells(text))
        to_the_left = runs_to_the_left(_text(cells))

        def fits(some: Sequence[Cell]) -> bool:
            return shaped(some, height, to_the_left=to_the_left).width <= width

        parts = wrapped_cells(cells, fits, most)
        return [_shaped(part, height, width, to_the_left=to_the_left) for part in parts]

    def _remembered(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        for cell in cells:
            if cell.lacking:
                self._missing.setdefault(*cell.lacking)
        return cells


def _shaped(cells: Sequence[Cell], height: float, width: float | None, *, to_the_left: bool) -> ShapedLine:
    def result(shown: Sequence[Cell]) -> ShapedLine:
        return _shaped_line(shown, height, to_the_left=to_the_left)

    line = result(cells)
    if width is not None and line.width > width:
        line = _longest(lambda count: result(_ended(cells[:count])), len(cells), width)
    return line


def _shaped_line(cells: Sequence[Cell], height: float, *, to_the_left: bool) -> ShapedLine:
    found = shaped(cells, height, to_the_left=to_the_left)
    extents = [
        sized(face, height).get_font_extents("ltr") for face in {CARRIED, *(one.face for one in cells)}
    ]
    return ShapedLine(
        text=_text(cells),
        height=height,
        glyphs=found.glyphs,
        width=found.width,
        ascent=max(one.ascender for one in extents) / UNITS,
        descent=max(-one.descender for one in extents) / UNITS,
        missing=frozenset(one.lacking.script for one in cells if one.lacking),
        to_the_left=to_the_left,
    )


def _text(cells: Sequence[Cell]) -> str:
    return "".join(cell.text for cell in cells)


def _ended(cells: Sequence[Cell]) -> list[Cell]:
    shown = list(cells)
    while shown and shown[-1].text == " ":
        shown.pop()
    return [*shown, Cell(_ELLIPSIS, CARRIED)]


def _longest(shown: Callable[[int], ShapedLine], most: int, width: float) -> ShapedLine:
    """Find the longest beginning that fits, by halving; at least the ellipsis stays."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if shown(middle).width <= width:
            low = middle
        else:
            high = middle - 1
    return shown(low)


def _wrapped(text: str, height: float, width: float, most: int) -> list[str]:
    font = font_of(height)
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        if len(lines) == most:
            last = f"{lines[-1]} {word}"
            return [*(_cut(part, height, width) for part in lines[:-1]), _cut(last, height, width)]
    return [_cut(part, height, width) for part in [*lines, line] if part]


def _wrapped_at_dashes(text: str, height: float, width: float, most: int) -> list[str]:
    room = width - font_of(height).getlength("-")
    return [line.replace("- ", "-") for line in _wrapped(text.replace("-", "- "), height, room, most)]


def _cut(text: str, height: float, width: float) -> str:
    font: Font = font_of(height)
    if font.getlength(text) <= width:
        return text
    over = range(1, len(text) + 1)
    room = bisect_right(over, width, key=lambda count: font.getlength(f"{text[:count]}{_ELLIPSIS}"))
    return f"{text[:room].rstrip()}{_ELLIPSIS}"
