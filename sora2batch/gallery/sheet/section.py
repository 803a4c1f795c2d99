"""A part of a sheet: a group's tiles, and how much room they take as a matrix or as a flow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from unicodedata import category, east_asian_width

from sora2batch.gallery.sheet.cross import Cross, cross_of
from sora2batch.gallery.sheet.tile import Tile

GAP = 14
LEAST_ROW_LABEL, MOST_ROW_LABEL = 60, 150
COLUMN_LABEL = 26
CAPTION_LINES = (28, 46)
"""How high a caption of one and of two lines is."""
_LETTER = 10
"""About how wide a letter of a row's label is; one of a caption is narrower."""
_PAGE = 1.5
"""A flow alone makes a page about so much wider than high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Tiles under one heading."""

    name: str
    """Empty where every tile is a group of its own, and says so itself."""
    tiles: tuple[Tile, ...]
    """*Shape*: at least one."""
    cross: Cross | None
    caption_letters: int
    """How long the longest caption is."""
    aspect: float
    """Of every tile's frame; a picture of another one stands in it between bars."""

    def frame(self, unit: int) -> tuple[int, int]:
        """Width and height of a tile that covers as much as a square of ``unit`` pixels."""
        root = math.sqrt(self.aspect)
        return round(unit * root), round(unit / root)

    @property
    def row_label(self) -> int:
        """How wide the column is in which the rows' labels stand, the gap beside it included."""
        longest = max(map(_letters, self.cross.rows), default=0) if self.cross else 0
        return min(max(longest * _LETTER, LEAST_ROW_LABEL), MOST_ROW_LABEL) + GAP

    def cross_width(self, unit: int) -> int:
        """How wide the matrix is, row labels included."""
        columns = len(self.cross.columns) if self.cross else 0
        return self.row_label + columns * (self.frame(unit)[0] + GAP) - GAP

    def cross_height(self, unit: int) -> int:
        """How high the matrix is, column labels included."""
        if self.cross is None:
            return 0
        levels = len(self.cross.columns[0])
        return levels * COLUMN_LABEL + len(self.cross.rows) * (self.frame(unit)[1] + GAP) - GAP

    def caption(self, unit: int) -> int:
        """How high the captions under tiles of a flow are."""
        return CAPTION_LINES[self.caption_letters * (_LETTER - 2) > self.frame(unit)[0]]

    def flow_columns(self, unit: int, width: int) -> int:
        """How many tiles stand side by side in a flow."""
        return max(1, (width + GAP) // (self.frame(unit)[0] + GAP))

    def flow_height(self, unit: int, width: int) -> int:
        """How high the flow is, captions included."""
        rows = -(-len(self.tiles) // self.flow_columns(unit, width))
        return rows * (self.frame(unit)[1] + self.caption(unit) + GAP) - GAP

    def natural_width(self, unit: int) -> int:
        """How wide the section would like to be."""
        if self.cross:
            return self.cross_width(unit)
        width, height = self.frame(unit)
        columns = math.ceil(math.sqrt(len(self.tiles) * _PAGE * (height + self.caption(unit)) / width))
        return min(columns, len(self.tiles)) * (width + GAP) - GAP


def _letters(text: str) -> int:
    """Count letters; those as wide as Chinese ones twice, and accents not at all."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(one) in "WF" else not category(one).startswith("M") for one in text)


def caption_of(tile: Tile, section: str) -> str:
    """Say under a tile what the heading of its section does not say."""
    words = [label for _, label in tile.labels]
    if not section or not words:
        words.insert(0, tile.group)
    if tile.take > 1:
        words.append(f"take {tile.take}")
    return " · ".join(words)


def sections_of(tiles: Iterable[Tile]) -> tuple[Section, ...]:
    """Divide tiles by groups, in order; groups of one tile that follow each other share a section."""
    by_group: dict[str, list[Tile]] = {}
    for tile in tiles:
        by_group.setdefault(tile.group, []).append(tile)
    sections: list[Section] = []
    for is_single, groups in groupby(by_group.values(), key=lambda group: len(group) == 1):
        parts = list(groups)
        if is_single and len(parts) > 1:
            sections.append(_section("", [tile for part in parts for tile in part]))
        else:
            sections += [_section(part[0].group, part) for part in parts]
    return tuple(sections)


def _section(name: str, tiles: Sequence[Tile]) -> Section:
    aspects = {tile.aspect for tile in tiles}
    return Section(
        name=name,
        tiles=tuple(tiles),
        caption_letters=max(_letters(caption_of(tile, name)) for tile in tiles),
        cross=cross_of(tiles) if name else None,
        aspect=aspects.pop() if len(aspects) == 1 else 1.0,
    )
