"""What a job starts from, on its tile: in a corner, or large and dimmed while there is no result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from sora2batch.gallery.sheet.face import Face, draw_badge, face_of
from sora2batch.gallery.sheet.ink import BARS, LINE, PAPER
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.gallery.sheet.tile import Tile

_SHARE = 0.36
"""How long an inset may be, beside the side of a square as large as its tile."""
_BESIDE, _ABOVE = (0.26, 0.4), (0.5, 0.17)
"""The same, beside a tile's width and height, where signs and words stand in the middle."""
_EDGE = 7
_DIM = 0.4
_BADGE_ROUND = 6

Size = tuple[int, int]


class Wanted(NamedTuple):
    """A picture of a file, as large as it fits into a box."""

    path: Path
    box: Size


def pictures_of(tile: Tile, size: Size) -> Iterator[Wanted]:
    """Name the pictures that a tile shows."""
    if tile.path:
        yield Wanted(tile.path, size)
    if source := source_of(tile, size):
        yield source


def source_of(tile: Tile, size: Size) -> Wanted | None:
    """Name the picture of what a job starts from: it fills the tile while the result is still to come."""
    if tile.source is None:
        return None
    return Wanted(tile.source, size if _is_ahead(tile) else _corner(tile, size))


def _corner(tile: Tile, size: Size) -> Size:
    """Choose the room for an inset: beside or above the sign in the middle, where there is no result."""
    width, height = size
    side = round(_SHARE * (width * height) ** 0.5)
    if tile.path:
        return side, side
    across, down = _BESIDE if width >= height else _ABOVE
    return min(side, round(width * across)), min(side, round(height * down))


def _is_ahead(tile: Tile) -> bool:
    return tile.path is None and face_of(tile, NoPoster.MISSING) in {Face.PENDING, Face.GENERATING}


def add_source(picture: Image.Image, tile: Tile, source: Image.Image) -> Image.Image:
    """Show what a job starts from on its tile, which is drawn already."""
    if _is_ahead(tile):
        return _start(face_of(tile, NoPoster.MISSING), source, picture.size)
    edges = (_EDGE, _EDGE, _EDGE + source.width + 1, _EDGE + source.height + 1)
    ImageDraw.Draw(picture).rectangle(edges, outline=LINE)
    picture.paste(source, (_EDGE + 1, _EDGE + 1))
    return picture


def framed(picture: Image.Image, size: Size) -> Image.Image:
    """Put a picture in the middle of a tile, between bars."""
    frame = Image.new("RGB", size, BARS)
    frame.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return frame


def _start(face: Face, source: Image.Image, size: Size) -> Image.Image:
    """Draw a job that is still to be made: what it starts from, dimmed, and how it stands."""
    tile = Image.blend(framed(source, size), Image.new("RGB", size, PAPER), _DIM)
    badge = draw_badge(face, size)
    mask = Image.new("L", badge.size)
    edges = (0, 0, badge.width - 1, badge.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edges, _BADGE_ROUND, fill=255)
    tile.paste(badge, ((size[0] - badge.width) // 2, size[1] - badge.height - _EDGE), mask)
    return tile
