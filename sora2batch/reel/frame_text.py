"""Words in a reel's frames: the title of a clip, and the names of a grid's rows and columns."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw

from sora2batch.reel.edit_list import Caption
from sora2batch.reel.pixel_size import Size, even
from sora2batch.reel.planar import Colour, Planes, planes_of_picture
from sora2batch.typography.typesetter import Typesetter

BACKGROUND: Colour = (9, 10, 13)
_INK: Colour = (244, 245, 248)
_PANEL: Colour = (12, 13, 17)
_PANEL_STRENGTH = 216
"""Of 255: the picture behind a title is still to be guessed."""
_TITLE = 24
"""A title's height: the frame's shorter side by this."""
_MARGIN = 18
"""From the edge: the frame's shorter side by this, which no screen cuts off."""
_CAPTION_SHARE = 0.62
"""Of a caption's box that its letters take."""
_LARGEST_CAPTION = 0.03
"""Of the frame's shorter side."""
_SMALLEST = 9
"""Pixels; smaller letters cannot be read."""
_ROUNDED = 0.95
"""Letters do not shrink evenly: their widths are whole pixels."""
_CAPTION_PAD = 6
"""Pixels beside a caption."""


class Overlay(NamedTuple):
    """Something to be laid over frames."""

    planes: Planes
    mask: tuple[Image.Image, Image.Image]
    """How strongly, for brightness and for colours."""
    at: tuple[int, int]

    def lay_over(self, frame: Planes) -> None:
        """Draw it into a frame."""
        frame.paste(self.planes, self.at, self.mask)


@cache
def typesetter() -> Typesetter:
    """Who sets all words of this process's reels, and remembers which fonts were missing."""
    return Typesetter()


@lru_cache(maxsize=8)
def title_overlay(text: str, size: Size) -> Overlay:
    """Draw a title on a dark panel, at the bottom left."""
    short = min(size)
    letters, margin = max(9, short // _TITLE), even(short / _MARGIN)
    pad = max(4, letters // 2)
    line = typesetter().line(text, letters, size[0] - 2 * margin - 2 * pad)
    width = min(size[0], even(line.width + 2 * pad + 1))
    height = even(letters * 1.9)
    picture = Image.new("RGB", (width, height), _PANEL)
    strength = Image.new("L", (width, height), 0)
    ImageDraw.Draw(strength).rounded_rectangle(
        (0, 0, width - 1, height - 1), radius=pad // 2, fill=_PANEL_STRENGTH
    )
    place = (width / 2, height / 2)
    line.draw(picture, place, fill=_INK, anchor="mm")
    line.draw(strength, place, fill=255, anchor="mm")
    mask = (strength, strength.resize((width // 2, height // 2), Image.Resampling.BOX))
    return Overlay(planes_of_picture(picture), mask, (margin, even(size[1] - margin - height)))


def background(size: Size, captions: tuple[Caption, ...]) -> Planes:
    """Draw what is behind the clips."""
    picture = Image.new("RGB", size, BACKGROUND)
    heights = _caption_heights(size, captions)
    for caption in captions:
        box = caption.box
        line = typesetter().line(caption.text, heights[box.width], box.width - 2 * _CAPTION_PAD)
        middle = (box.left + box.width / 2, box.top + box.height / 2)
        line.draw(picture, middle, fill=_INK, anchor="mm")
    return planes_of_picture(picture)


def _caption_heights(size: Size, captions: tuple[Caption, ...]) -> dict[int, float]:
    """Choose by the width of a box how high letters are: all fit, and those of rows are alike."""
    heights: dict[int, float] = {}
    for caption in captions:
        box = caption.box
        letters = max(_SMALLEST, min(_LARGEST_CAPTION * min(size), box.height * _CAPTION_SHARE))
        room = box.width - 2 * _CAPTION_PAD
        wide = typesetter().line(caption.text, letters).width
        fitting = max(_SMALLEST, letters * _ROUNDED * room / wide) if wide > room else letters
        heights[box.width] = min(fitting, heights.get(box.width, fitting))
    return heights
