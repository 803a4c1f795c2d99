"""What is written over a clip: the prompt, its parameters, and that it is simulated."""

from __future__ import annotations

from PIL import Image, ImageDraw

from sora2batch.simulator.shot import Shot, Size
from sora2batch.typography.carried_font import Font, font_of
from sora2batch.typography.text_line import Line
from sora2batch.typography.typesetter import Typesetter

_MOST_LINES = 3
_WHITE = (255, 255, 255)
_INK = (9, 11, 20)


def unit_of(size: Size) -> float:
    """The measure that everything written scales with: 1 at the size of a clip."""
    return min(size[0] / 320, size[1] / 288)


def overlay(shot: Shot, size: Size, typesetter: Typesetter) -> Image.Image:
    """Draw everything that does not move. *Shape*: RGBA, of the given size."""
    unit = unit_of(size)
    layer = Image.new("RGBA", size)
    draw = ImageDraw.Draw(layer)
    small = font_of(11 * unit)
    margin, leading = round(14 * unit), round(18 * unit)
    lines = typesetter.wrapped(shot.prompt, 14.5 * unit, size[0] - 2 * margin, most=_MOST_LINES)
    top = size[1] - round(30 * unit) - leading * len(lines)
    layer.paste(_band(size, top - round(22 * unit)), (0, 0))
    for row, line in enumerate(lines):
        _write(layer, line, margin, top + row * leading)
    room = size[0] - 2 * margin - small.getlength("0:00.0") - margin
    details = typesetter.line(shot.details, 11 * unit, room)
    details.draw(layer, (margin, size[1] - round(23 * unit)), fill=(*_WHITE, 175))
    _tag(draw, margin, unit, small)
    return layer


def _write(layer: Image.Image, line: Line, margin: int, top: int) -> None:
    """Let a line begin where its script is begun to be read."""
    place = (layer.width - margin, top) if line.to_the_left else (margin, top)
    line.draw(layer, place, fill=(*_WHITE, 245), anchor="ra" if line.to_the_left else "la")


def _band(size: Size, top: int) -> Image.Image:
    """A shadow under the text: nothing at its top, dark at the bottom."""
    height = size[1] - top
    fade = Image.linear_gradient("L").point([min(190, round(value * 2.2)) for value in range(256)])
    band = Image.new("RGBA", size)
    band.paste(_INK, (0, top, size[0], size[1]))
    mask = Image.new("L", size)
    mask.paste(fade.resize((size[0], height)), (0, top))
    band.putalpha(mask)
    return band


def _tag(draw: ImageDraw.ImageDraw, margin: int, unit: float, font: Font) -> None:
    word = "simulated"
    top, height, width = round(12 * unit), round(17 * unit), font.getlength(word) + 14 * unit
    box = (margin, top, margin + width, top + height)
    draw.rounded_rectangle(box, radius=height / 2, fill=(*_INK, 110), outline=(*_WHITE, 70))
    draw.text((margin + 7 * unit, top + height / 2), word, font=font, fill=(*_WHITE, 190), anchor="lm")
