"""Glyphs become pixels: outlines a mask, colourful ones small pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

import uharfbuzz as harfbuzz
from PIL import Image

from sora2batch.typography.font_face import UNITS
from sora2batch.typography.shape import Glyph


class Patch(NamedTuple):
    """Pixels, and where they belong, seen from the beginning of the baseline, to the right and down."""

    image: Image.Image
    """*Shape*: L is a mask for whatever colour is asked for; RGBA has its own."""
    left: int
    top: int


def patches_of(glyphs: Sequence[Glyph]) -> Iterator[Patch]:
    """Draw the glyphs of a line, those without a colour of their own together."""
    drawing = harfbuzz.RasterDraw()
    drawing.scale_factor = (UNITS, UNITS)
    for glyph in glyphs:
        patch = _coloured(glyph) if glyph.has_colours else None
        if patch:
            yield patch
        else:
            drawing.transform = (1, 0, 0, 1, glyph.x, glyph.y)
            drawing.draw_glyph(glyph.font, glyph.number)
    if patch := _patch(drawing.render(), "L", "L"):
        yield patch


def _coloured(glyph: Glyph) -> Patch | None:
    png = glyph.font.get_glyph_color_png(glyph.number)
    return _scaled(glyph, png.data) if png and png.data else _painted(glyph)


def _scaled(glyph: Glyph, png: bytes) -> Patch | None:
    """Fit a glyph that is a picture into its place."""
    extents = glyph.font.get_glyph_extents(glyph.number)
    size = (round(extents.width / UNITS), round(-extents.height / UNITS)) if extents else (0, 0)
    if min(size) < 1:
        return None
    with Image.open(BytesIO(png), formats=["PNG"]) as picture:
        image = picture.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    left, top = glyph.x + extents.x_bearing, -glyph.y - extents.y_bearing
    return Patch(image, round(left / UNITS), round(top / UNITS))


def _painted(glyph: Glyph) -> Patch | None:
    extents = glyph.font.get_glyph_extents(glyph.number)
    painting = harfbuzz.RasterPaint()
    painting.scale_factor = (UNITS, UNITS)
    painting.transform = (1, 0, 0, 1, glyph.x, glyph.y)
    if extents is None or not painting.set_glyph_extents(extents):
        return None
    if not painting.paint_glyph_or_fail(glyph.font, glyph.number):
        return None
    return _patch(painting.render(), "RGBA", "BGRa")


def _patch(raster: harfbuzz.RasterImage | None, mode: str, layout: str) -> Patch | None:
    extents = raster.extents if raster else None
    if raster is None or extents is None or not (extents.width and extents.height):
        return None
    size = (extents.width, extents.height)
    # Its rows are written from the bottom up.
    image = Image.frombytes(mode, size, raster.buffer, "raw", layout, extents.stride, -1)
    return Patch(image, extents.x_origin, -extents.y_origin - extents.height)
