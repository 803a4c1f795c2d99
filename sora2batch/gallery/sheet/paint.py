"""A layout and its pictures become an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from PIL import Image, ImageDraw

from sora2batch.gallery.sheet.face import draw_face, face_of
from sora2batch.gallery.sheet.ink import INK, INK_DIM, LINE, PAPER, mixed
from sora2batch.gallery.sheet.inset import Size, Wanted, add_source, framed, source_of
from sora2batch.gallery.sheet.look import LOOKS
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.gallery.sheet.rectangle import Rectangle
from sora2batch.gallery.sheet.sheet_layout import MARGIN, Label, Layout, Role
from sora2batch.gallery.sheet.tile import Tile
from sora2batch.ground.typography import Font, fitted, font_of, wrapped

_ROUND = 8
_SMOOTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands at the top of a sheet."""

    title: str
    line: str
    """Under it: ``8 jobs, 3,360 of 3,360 credits``."""
    counts: tuple[tuple[str, int], ...]
    """(state, how many jobs are in it)."""


Posters = Mapping[Wanted | None, Image.Image | NoPoster]
"""What was found of each picture that is wanted."""


def paint(layout: Layout, header: Header, posters: Posters) -> Image.Image:
    """Draw a whole sheet. *Shape*: RGB, of the layout's size."""
    sheet = Image.new("RGB", (layout.width, layout.height), PAPER)
    draw = ImageDraw.Draw(sheet)
    _header(draw, header, layout.width - 2 * MARGIN)
    for box in layout.holes:
        _hole(draw, box)
    for placed in layout.tiles:
        picture = _picture(placed.tile, (placed.box.width, placed.box.height), posters)
        sheet.paste(picture, (placed.box.left, placed.box.top), _corners(picture.size))
    for label in layout.labels:
        _write(draw, label)
    return sheet


def _picture(tile: Tile, size: Size, posters: Posters) -> Image.Image:
    poster = posters.get(Wanted(tile.path, size) if tile.path else None, NoPoster.MISSING)
    source = posters.get(source_of(tile, size), NoPoster.MISSING)
    if isinstance(poster, NoPoster):
        picture = draw_face(face_of(tile, poster), tile, size)
    else:
        picture = framed(poster, size)
    return picture if isinstance(source, NoPoster) else add_source(picture, tile, source)


@lru_cache(maxsize=16)
def _corners(size: tuple[int, int]) -> Image.Image:
    """Mask a tile so that its corners are round and smooth."""
    big = (size[0] * _SMOOTH, size[1] * _SMOOTH)
    mask = Image.new("L", big)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, big[0] - 1, big[1] - 1), _ROUND * _SMOOTH, fill=255)
    return mask.resize(size, Image.Resampling.LANCZOS)


def _header(draw: ImageDraw.ImageDraw, header: Header, room: int) -> None:
    title, line = font_of(34), font_of(19)
    draw.text((MARGIN, MARGIN + 28), fitted(header.title, title, room), font=title, fill=INK, anchor="ls")
    draw.text((MARGIN, MARGIN + 58), fitted(header.line, line, room), font=line, fill=INK_DIM, anchor="ls")
    font, left = font_of(17), MARGIN
    for state, count in header.counts:
        look = LOOKS[state]
        words = f"{count:,} {look.word}"
        draw.bitmap((left, MARGIN + 76), _dot(11), fill=look.colour)
        draw.text((left + 18, MARGIN + 88), words, font=font, fill=INK, anchor="ls")
        left += 18 + round(font.getlength(words)) + 28


@lru_cache(maxsize=4)
def _dot(size: int) -> Image.Image:
    mask = Image.new("L", (size * _SMOOTH, size * _SMOOTH))
    ImageDraw.Draw(mask).ellipse((0, 0, size * _SMOOTH - 1, size * _SMOOTH - 1), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def _hole(draw: ImageDraw.ImageDraw, box: Rectangle) -> None:
    edges = (box.left, box.top, box.right - 1, box.bottom - 1)
    draw.rounded_rectangle(edges, _ROUND, outline=mixed(PAPER, LINE, 0.45))


def _section(draw: ImageDraw.ImageDraw, label: Label) -> None:
    font, box = font_of(23), label.box
    words = fitted(label.text, font, box.width)
    draw.text((box.left, box.top + 24), words, font=font, fill=INK, anchor="ls")
    start = box.left + round(font.getlength(words)) + 16
    if start < box.right:
        draw.line((start, box.top + 17, box.right - 1, box.top + 17), fill=mixed(PAPER, LINE, 0.7))


def _column(draw: ImageDraw.ImageDraw, label: Label) -> None:
    font, box = font_of(16), label.box
    middle = box.left + box.width // 2
    words = fitted(label.text, font, box.width - 6)
    draw.text((middle, box.top + 16), words, font=font, fill=INK_DIM, anchor="ms")
    half = round(font.getlength(words)) // 2 + 10
    for left, right in ((box.left, middle - half), (middle + half, box.right - 1)):
        if left < right:
            draw.line((left, box.top + 11, right, box.top + 11), fill=mixed(PAPER, LINE, 0.7))


def _row(draw: ImageDraw.ImageDraw, label: Label) -> None:
    font, box = font_of(17), label.box
    lines = _at_dashes(label.text, font, box.width, most=3)
    top = box.top + box.height // 2 - 10 * len(lines)
    for index, line in enumerate(lines):
        draw.text((box.left, top + 15 + 20 * index), line, font=font, fill=INK, anchor="ls")


def _caption(draw: ImageDraw.ImageDraw, label: Label) -> None:
    font, box = font_of(15), label.box
    for index, line in enumerate(_at_dashes(label.text, font, box.width, most=2)):
        draw.text((box.left + 2, box.top + 19 + 18 * index), line, font=font, fill=INK_DIM, anchor="ls")


def _at_dashes(text: str, font: Font, width: int, *, most: int) -> list[str]:
    """Break a label, whose words dashes join, into lines."""
    lines = wrapped(text.replace("-", "- "), font, width - font.getlength("-"), most=most)
    return [line.replace("- ", "-") for line in lines]


def _more(draw: ImageDraw.ImageDraw, label: Label) -> None:
    place = (label.box.left, label.box.bottom - 8)
    draw.text(
        place, fitted(label.text, font_of(19), label.box.width), font=font_of(19), fill=INK, anchor="ls"
    )


def _write(draw: ImageDraw.ImageDraw, label: Label) -> None:
    match label.role:
        case Role.SECTION:
            _section(draw, label)
        case Role.COLUMN:
            _column(draw, label)
        case Role.ROW:
            _row(draw, label)
        case Role.CAPTION:
            _caption(draw, label)
        case Role.MORE:
            _more(draw, label)
        case _:
            assert_never(label.role)
