"""A layout and its pictures become an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from PIL import Image, ImageDraw

from sora2batch.gallery.sheet.face import draw_face, face_of
from sora2batch.gallery.sheet.ink import INK, INK_DIM, LINE, PAPER, Colour, mixed
from sora2batch.gallery.sheet.inset import Size, Wanted, add_source, framed, source_of
from sora2batch.gallery.sheet.look import LOOKS
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.gallery.sheet.rectangle import Rectangle
from sora2batch.gallery.sheet.sheet_layout import MARGIN, Label, Layout, Role
from sora2batch.gallery.sheet.tile import Tile
from sora2batch.typography.text_line import Line
from sora2batch.typography.typesetter import Typesetter

_ROUND = 8
_SMOOTH = 4
_RULE = mixed(PAPER, LINE, 0.7)


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


def paint(layout: Layout, header: Header, posters: Posters, typesetter: Typesetter) -> Image.Image:
    """Draw a whole sheet. *Shape*: RGB, of the layout's size."""
    sheet = Image.new("RGB", (layout.width, layout.height), PAPER)
    painter = _Painter(sheet, typesetter)
    painter.header(header, layout.width - 2 * MARGIN)
    for box in layout.holes:
        painter.hole(box)
    for placed in layout.tiles:
        picture = _picture(placed.tile, (placed.box.width, placed.box.height), posters, typesetter)
        sheet.paste(picture, (placed.box.left, placed.box.top), _corners(picture.size))
    for label in layout.labels:
        painter.label(label)
    return sheet


def _picture(tile: Tile, size: Size, posters: Posters, typesetter: Typesetter) -> Image.Image:
    poster = posters.get(Wanted(tile.path, size) if tile.path else None, NoPoster.MISSING)
    source = posters.get(source_of(tile, size), NoPoster.MISSING)
    if isinstance(poster, NoPoster):
        picture = draw_face(face_of(tile, poster), tile, size, typesetter)
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


class _Painter:
    """Writes on a sheet."""

    def __init__(self, sheet: Image.Image, typesetter: Typesetter) -> None:
        self._sheet = sheet
        self._draw = ImageDraw.Draw(sheet)
        self._typesetter = typesetter

    def header(self, header: Header, room: int) -> None:
        self._write((MARGIN, MARGIN + 28), header.title, 34, room)
        self._write((MARGIN, MARGIN + 58), header.line, 19, room, fill=INK_DIM)
        left = MARGIN
        for state, count in header.counts:
            look = LOOKS[state]
            self._draw.bitmap((left, MARGIN + 76), _dot(11), fill=look.colour)
            words = self._write((left + 18, MARGIN + 88), f"{count:,} {look.word}", 17)
            left += 18 + round(words.width) + 28

    def hole(self, box: Rectangle) -> None:
        edges = (box.left, box.top, box.right - 1, box.bottom - 1)
        self._draw.rounded_rectangle(edges, _ROUND, outline=mixed(PAPER, LINE, 0.45))

    def label(self, label: Label) -> None:
        match label.role:
            case Role.SECTION:
                self._section(label)
            case Role.COLUMN:
                self._column(label)
            case Role.ROW:
                self._row(label)
            case Role.CAPTION:
                self._caption(label)
            case Role.MORE:
                self._write((label.box.left, label.box.bottom - 8), label.text, 19, label.box.width)
            case _:
                assert_never(label.role)

    def _section(self, label: Label) -> None:
        box = label.box
        words = self._write((box.left, box.top + 24), label.text, 23, box.width)
        start = box.left + round(words.width) + 16
        if start < box.right:
            self._draw.line((start, box.top + 17, box.right - 1, box.top + 17), fill=_RULE)

    def _column(self, label: Label) -> None:
        box = label.box
        middle = box.left + box.width // 2
        words = self._write((middle, box.top + 16), label.text, 16, box.width - 6, fill=INK_DIM, anchor="ms")
        half = round(words.width) // 2 + 10
        for left, right in ((box.left, middle - half), (middle + half, box.right - 1)):
            if left < right:
                self._draw.line((left, box.top + 11, right, box.top + 11), fill=_RULE)

    def _row(self, label: Label) -> None:
        box = label.box
        lines = self._typesetter.wrapped(label.text, 17, box.width, most=3, at_dashes=True)
        top = box.top + box.height // 2 - 10 * len(lines)
        for index, line in enumerate(lines):
            line.draw(self._sheet, (box.left, top + 15 + 20 * index), fill=INK, anchor="ls")

    def _caption(self, label: Label) -> None:
        box = label.box
        lines = self._typesetter.wrapped(label.text, 15, box.width, most=2, at_dashes=True)
        for index, line in enumerate(lines):
            line.draw(self._sheet, (box.left + 2, box.top + 19 + 18 * index), fill=INK_DIM, anchor="ls")

    def _write(  # noqa: PLR0913  # a line has so many sides
        self,
        place: tuple[int, int],
        text: str,
        height: int,
        room: int | None = None,
        *,
        fill: Colour = INK,
        anchor: str = "ls",
    ) -> Line:
        line = self._typesetter.line(text, height, room)
        line.draw(self._sheet, place, fill=fill, anchor=anchor)
        return line


@lru_cache(maxsize=4)
def _dot(size: int) -> Image.Image:
    mask = Image.new("L", (size * _SMOOTH, size * _SMOOTH))
    ImageDraw.Draw(mask).ellipse((0, 0, size * _SMOOTH - 1, size * _SMOOTH - 1), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)
