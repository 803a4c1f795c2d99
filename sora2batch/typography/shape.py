"""Cells become glyphs in their places: joined, turned and ordered as their scripts want it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import uharfbuzz as harfbuzz

from sora2batch.typography.bidi import in_visual_order, levels_of
from sora2batch.typography.cell import Cell
from sora2batch.typography.font_face import UNITS, FontFace, sized
from sora2batch.typography.script import Script


class Glyph(NamedTuple):
    """A shape of a face, and where its origin is: 64ths of a pixel, to the right and up."""

    font: harfbuzz.Font
    number: int
    has_colours: bool
    x: int
    y: int


class Shaped(NamedTuple):
    """A line of glyphs, from left to right."""

    glyphs: tuple[Glyph, ...]
    width: float
    """In pixels."""


class _Run(NamedTuple):
    text: str
    face: FontFace
    script: Script | None
    level: int


def shaped(cells: Sequence[Cell], height: float, *, to_the_left: bool) -> Shaped:
    """Shape one line."""
    glyphs: list[Glyph] = []
    pen = 0
    for run in in_visual_order(_runs_of(cells, to_the_left=to_the_left)):
        font = sized(run.face, height)
        buffer = _buffer(run)
        harfbuzz.shape(font, buffer, {})
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            x, y = pen + place.x_offset, place.y_offset
            glyphs.append(Glyph(font, info.codepoint, run.face.has_colours, x, y))
            pen += place.x_advance
    return Shaped(tuple(glyphs), pen / UNITS)


def _runs_of(cells: Sequence[Cell], *, to_the_left: bool) -> list[_Run]:
    levels = levels_of("".join(cell.text for cell in cells), to_the_left=to_the_left)
    placed: list[tuple[Cell, int]] = []
    start = 0
    for cell in cells:
        placed.append((cell, levels[start]))
        start += len(cell.text)
    return [
        _Run("".join(cell.text for cell, _ in group), face, script, level)
        for (face, script, level), group in groupby(placed, lambda one: (one[0].face, one[0].script, one[1]))
    ]


def _buffer(run: _Run) -> harfbuzz.Buffer:
    buffer = harfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run.level % 2 else "ltr"
    return buffer
