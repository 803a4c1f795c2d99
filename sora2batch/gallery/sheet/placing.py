"""Puts the tiles of a sheet in their places, row by row, as far as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sora2batch.gallery.sheet.cross import Cross, spans_of
from sora2batch.gallery.sheet.rectangle import Rectangle
from sora2batch.gallery.sheet.section import COLUMN_LABEL, GAP, Section, caption_of
from sora2batch.gallery.sheet.sheet_layout import (
    FOOTER,
    HEADER,
    LEAST_WIDTH,
    MARGIN,
    MOST_HEIGHT,
    SECTION_GAP,
    SECTION_HEAD,
    Label,
    Layout,
    Placed,
    Role,
    Scale,
    choose_scale,
    height_of,
)
from sora2batch.gallery.sheet.tile import Tile


def lay_out(sections: Sequence[Section], most_area: int) -> Layout:
    """Place everything; where it does not fit, the first rows and how many tiles more there are."""
    scale = choose_scale(sections, most_area)
    fits = height_of(sections, scale) <= MOST_HEIGHT
    bottom = MOST_HEIGHT - MARGIN - (0 if fits else FOOTER)
    placing = _Placing(scale, bottom, most_area)
    for section in sections:
        if not placing.put(section):
            break
    return placing.layout(sum(len(section.tiles) for section in sections))


class _Placing:
    """Grows from the top downwards."""

    def __init__(self, scale: Scale, bottom: int, most_area: int) -> None:
        self._scale = scale
        self._bottom = bottom
        self._most_pictures = most_area // scale.unit**2
        self._top = MARGIN + HEADER
        self._tiles: list[Placed] = []
        self._holes: list[Rectangle] = []
        self._labels: list[Label] = []

    def put(self, section: Section) -> bool:
        """Place a section below the last one; tell whether all of it found room."""
        start = self._top + (SECTION_GAP if self._tiles else 0)
        head = SECTION_HEAD if section.name else 0
        if section.cross and self._scale.is_crossed(section):
            return self._put_cross(section, section.cross, start, head)
        return self._put_flow(section, start, head)

    def layout(self, tiles: int) -> Layout:
        """End the sheet; say how many of so many tiles are not on it."""
        hidden = tiles - len(self._tiles)
        height = self._top + MARGIN
        if hidden:
            text = f"… and {hidden:,} more"
            self._label(text, Rectangle(MARGIN, self._top, self._scale.width, FOOTER), Role.MORE)
            height += FOOTER
        frames = [placed.box for placed in self._tiles] + self._holes
        right = max(LEAST_WIDTH - MARGIN, *(box.right for box in frames), 0)
        return Layout(
            width=right + MARGIN,
            height=height,
            tiles=tuple(self._tiles),
            holes=tuple(self._holes),
            labels=tuple(_ended(label, right) for label in self._labels),
            hidden=hidden,
        )

    def _put_cross(self, section: Section, cross: Cross, start: int, head: int) -> bool:
        width, height = section.frame(self._scale.unit)
        levels = len(cross.columns[0]) * COLUMN_LABEL
        top = start + head + levels
        for index, (row, cells) in enumerate(zip(cross.rows, cross.cells, strict=True)):
            if not self._has_room(top + height, [cell for cell in cells if cell]):
                return False
            if index == 0:
                self._head(section, start)
                self._head_columns(cross, MARGIN + section.row_label, start + head, width)
            self._label(row, Rectangle(MARGIN, top, section.row_label - GAP, height), Role.ROW)
            for column, cell in enumerate(cells):
                box = Rectangle(MARGIN + section.row_label + column * (width + GAP), top, width, height)
                if cell is None:
                    self._holes.append(box)
                else:
                    self._tiles.append(Placed(tile=cell, box=box))
            self._top = top + height
            top += height + GAP
        return True

    def _put_flow(self, section: Section, start: int, head: int) -> bool:
        width, height = section.frame(self._scale.unit)
        below = section.caption(self._scale.unit)
        columns = section.flow_columns(self._scale.unit, self._scale.width)
        top = start + head
        for first in range(0, len(section.tiles), columns):
            row = section.tiles[first : first + columns]
            if not self._has_room(top + height + below, row):
                return False
            if first == 0:
                self._head(section, start)
            for column, tile in enumerate(row):
                box = Rectangle(MARGIN + column * (width + GAP), top, width, height)
                self._tiles.append(Placed(tile=tile, box=box))
                caption = Rectangle(box.left, box.bottom, width, below)
                self._label(caption_of(tile, section.name), caption, Role.CAPTION)
            self._top = top + height + below
            top = self._top + GAP
        return True

    def _has_room(self, bottom: int, row: Sequence[Tile]) -> bool:
        """Ask for room down to ``bottom``; one row of pictures there always is."""
        pictures = sum(placed.tile.has_picture for placed in self._tiles)
        wanted = sum(tile.has_picture for tile in row)
        return bottom <= self._bottom and (not pictures or pictures + wanted <= self._most_pictures)

    def _head(self, section: Section, top: int) -> None:
        if section.name:
            self._label(section.name, Rectangle(MARGIN, top, self._scale.width, SECTION_HEAD), Role.SECTION)

    def _head_columns(self, cross: Cross, start: int, top: int, width: int) -> None:
        for span in spans_of(cross):
            left = start + span.first * (width + GAP)
            length = span.count * (width + GAP) - GAP
            box = Rectangle(left, top + span.level * COLUMN_LABEL, length, COLUMN_LABEL)
            self._label(span.label, box, Role.COLUMN)

    def _label(self, text: str, box: Rectangle, role: Role) -> None:
        self._labels.append(Label(text=text, box=box, role=role))


def _ended(label: Label, right: int) -> Label:
    """Let no label reach further to the right than the tiles do."""
    box = label.box
    return label if box.right <= right else replace(label, box=replace(box, width=right - box.left))
