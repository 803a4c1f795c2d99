"""What a tile shows where there is no picture: how the job stands, in a look of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from PIL import Image, ImageDraw

from sora2batch.gallery.sheet.ink import INK_DIM, PANEL, VIOLET, Colour, mixed
from sora2batch.gallery.sheet.look import LOOKS, Look
from sora2batch.gallery.sheet.poster import NoPoster
from sora2batch.gallery.sheet.tile import Tile
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import PENDING
from sora2batch.typography.carried_font import font_of
from sora2batch.typography.spelling import cleaned
from sora2batch.typography.typesetter import Typesetter

_SMOOTH = 4
"""Icons are drawn so many times bigger, then made smaller: that is what smooths their edges."""


class Face(Enum):
    """How a tile without a picture looks, and its explanation."""

    PENDING = (LOOKS[PENDING], "")
    GENERATING = (LOOKS[State.SUBMITTED], "")
    FAILED = (LOOKS[State.FAILED], "the reason is in the lockfile")
    REJECTED = (LOOKS[State.REJECTED], "the reason is in the lockfile")
    IN_DOUBT = (LOOKS[State.IN_DOUBT], "may have been charged")
    MISSING = (Look("file missing", VIOLET), "done but not on this disk")
    BROKEN = (Look("no preview", VIOLET), "its file cannot be read as a picture")

    @property
    def word(self) -> str:
        """Name it."""
        return self.value[0].word

    @property
    def colour(self) -> Colour:
        """Tint it."""
        return self.value[0].colour

    def detail(self, tile: Tile) -> str:
        """Say more: the error's words, or what a job will cost."""
        if self is Face.PENDING:
            return f"{tile.credits:,} credits"
        told = cleaned(tile.error or "")
        return told if any(map(str.isalnum, told)) else self.value[1]


def face_of(tile: Tile, lack: NoPoster) -> Face:
    """Choose the look of a tile of which there is no picture."""
    if tile.state == PENDING:
        return Face.PENDING
    match state := State(tile.state):
        case State.COMPLETED:
            return _lacking(lack)
        case State.SUBMITTED:
            return Face.GENERATING
        case State.FAILED:
            return Face.FAILED
        case State.REJECTED:
            return Face.REJECTED
        case State.IN_DOUBT:
            return Face.IN_DOUBT
        case State.WITHDRAWN:
            return Face.PENDING
        case _:
            assert_never(state)


def _lacking(lack: NoPoster) -> Face:
    match lack:
        case NoPoster.BROKEN:
            return Face.BROKEN
        case NoPoster.MISSING:
            return Face.MISSING
        case _:
            assert_never(lack)


def draw_face(face: Face, tile: Tile, size: tuple[int, int], typesetter: Typesetter) -> Image.Image:
    """Draw a whole tile."""
    image = Image.new("RGB", size, mixed(PANEL, face.colour, 0.10))
    letters = _Letters.for_size(size)
    room = size[0] - 2 * letters.pad
    word = typesetter.line(face.word, letters.word, room)
    most = max(
        0, (size[1] - 2 * letters.pad - letters.icon - letters.gap - letters.word_line) // letters.line
    )
    detail = face.detail(tile) if most else ""
    lines = typesetter.wrapped(detail, letters.detail, room, most=min(3, most)) if detail else []
    height = letters.icon + letters.gap + letters.word_line + len(lines) * letters.line
    middle, top = size[0] // 2, (size[1] - height) // 2
    icon = _icon(face, letters.icon)
    image.paste(Image.new("RGB", icon.size, face.colour), (middle - icon.width // 2, top), icon)
    top += letters.icon + letters.gap
    word.draw(image, (middle, top), fill=face.colour, anchor="ma")
    top += letters.word_line
    for line in lines:
        line.draw(image, (middle, top), fill=INK_DIM, anchor="ma")
        top += letters.line
    return image


def draw_badge(face: Face, size: tuple[int, int]) -> Image.Image:
    """Draw the sign and the word alone, for a tile of that size on which something else is to be seen."""
    letters = _Letters.for_size(size)
    is_narrow = font_of(letters.word).getlength(face.word) + letters.word > 0.7 * size[0]
    height = letters.detail if is_narrow else letters.word
    font, icon, gap = font_of(height), _icon(face, height), height // 2
    left = 2 * gap + icon.width
    width = left + round(font.getlength(face.word)) + gap
    image = Image.new("RGB", (width, letters.word_line + 6), mixed(PANEL, face.colour, 0.10))
    middle = image.height // 2
    image.paste(face.colour, (gap, middle - icon.height // 2), icon)
    ImageDraw.Draw(image).text((left, middle), face.word, font=font, fill=face.colour, anchor="lm")
    return image


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    """Sizes in pixels."""

    pad: int
    icon: int
    gap: int
    word: int
    word_line: int
    detail: int
    line: int

    @classmethod
    def for_size(cls, size: tuple[int, int]) -> _Letters:
        unit = (size[0] * size[1]) ** 0.5
        if unit < 170:
            return cls(pad=8, icon=20, gap=6, word=14, word_line=18, detail=11, line=14)
        return cls(pad=14, icon=30, gap=9, word=18, word_line=25, detail=13, line=17)


def _icon(face: Face, size: int) -> Image.Image:
    """Draw a round sign as a mask."""
    big = size * _SMOOTH
    mask = Image.new("L", (big, big))
    _ICONS[face](ImageDraw.Draw(mask), big, max(2, big // 11))
    return mask.resize((size, size), Image.Resampling.LANCZOS)


_Drawing = Callable[[ImageDraw.ImageDraw, int, int], None]


def _ring(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    draw.ellipse((0, 0, size - 1, size - 1), outline=255, width=stroke)


def _arc(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    draw.ellipse((0, 0, size - 1, size - 1), outline=80, width=stroke)
    draw.arc((0, 0, size - 1, size - 1), -90, 150, fill=255, width=stroke)


def _clock(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    _ring(draw, size, stroke)
    middle = size // 2
    draw.line((middle, size * 0.26, middle, middle, size * 0.68, size * 0.62), fill=255, width=stroke)


def _cross(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    _ring(draw, size, stroke)
    low, high = size * 0.33, size * 0.67
    draw.line((low, low, high, high), fill=255, width=stroke)
    draw.line((low, high, high, low), fill=255, width=stroke)


def _bar(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    _ring(draw, size, stroke)
    draw.line((size * 0.28, size / 2, size * 0.72, size / 2), fill=255, width=stroke)


def _question(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    _ring(draw, size, stroke)
    draw.text((size / 2, size / 2), "?", font=font_of(size * 0.62), fill=255, anchor="mm")


def _arrow(draw: ImageDraw.ImageDraw, size: int, stroke: int) -> None:
    _ring(draw, size, stroke)
    middle, tip = size / 2, size * 0.66
    draw.line((middle, size * 0.28, middle, tip), fill=255, width=stroke)
    draw.line((size * 0.34, size * 0.5, middle, tip, size * 0.66, size * 0.5), fill=255, width=stroke)


_ICONS: dict[Face, _Drawing] = {
    Face.PENDING: _clock,
    Face.GENERATING: _arc,
    Face.FAILED: _cross,
    Face.REJECTED: _bar,
    Face.IN_DOUBT: _question,
    Face.MISSING: _arrow,
    Face.BROKEN: _bar,
}
