"""A line of words that is set, and can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from sora2batch.typography.carried_font import font_of
from sora2batch.typography.pixels import Patch, patches_of
from sora2batch.typography.script import Script
from sora2batch.typography.shape import Glyph

Ink = int | tuple[int, ...]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLine:
    """English words in the font that Pillow carries."""

    text: str
    height: float
    """Of the font, in pixels."""

    @property
    def width(self) -> float:
        """How far it reaches, in pixels."""
        return font_of(self.height).getlength(self.text)

    @property
    def ascent(self) -> float:
        """How high it reaches above the baseline."""
        return _metrics(self.height)[0]

    @property
    def descent(self) -> float:
        """How deep it reaches below the baseline."""
        return _metrics(self.height)[1]

    @property
    def missing(self) -> frozenset[Script]:
        """Scripts that are spelled in English letters because no font has them."""
        return frozenset()

    @property
    def to_the_left(self) -> bool:
        """Whether it is read from right to left."""
        return False

    def draw(self, image: Image.Image, xy: Point, *, fill: Ink, anchor: str = "la") -> None:
        """Draw it.

        Args:
            image: is drawn on; RGB, RGBA or L.
            xy: the anchor's place.
            fill: as Pillow has it for an image of that mode.
            anchor: as Pillow has it: ``l``, ``m`` or ``r``; ``a`` (top), ``m`` (middle) or ``s`` (baseline).
        """
        ImageDraw.Draw(image).text(xy, self.text, font=font_of(self.height), fill=fill, anchor=anchor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapedLine:
    """Words of any scripts; each script has a font of its own, and all stand on one baseline."""

    text: str
    """As it is read, with spellings in the place of what cannot be drawn."""
    height: float
    glyphs: tuple[Glyph, ...]
    width: float
    ascent: float
    descent: float
    missing: frozenset[Script]
    to_the_left: bool

    def draw(self, image: Image.Image, xy: Point, *, fill: Ink, anchor: str = "la") -> None:
        """Draw it, as ``PlainLine.draw`` does; emoji keep their own colours."""
        ascent, descent = _metrics(self.height)
        left = round(xy[0] - self.width * {"l": 0, "m": 0.5, "r": 1}[anchor[0]])
        baseline = round(xy[1] + {"a": ascent, "m": (ascent - descent) / 2, "s": 0}[anchor[1]])
        for patch in patches_of(self.glyphs):
            _put(image, patch, (left + patch.left, baseline + patch.top), fill)


Line = PlainLine | ShapedLine


def _metrics(height: float) -> tuple[float, float]:
    """What Pillow's font reaches above and below the baseline: all lines of a height stand alike."""
    font = font_of(height)
    ascent, descent = getattr(font, "getmetrics", lambda: (height, 0))()
    return ascent, descent


def _put(image: Image.Image, patch: Patch, place: tuple[int, int], fill: Ink) -> None:
    if patch.image.mode == "L":
        ImageDraw.Draw(image).bitmap(place, patch.image, fill=fill)
        return
    # Only as much as is there: an image may end anywhere.
    left, top = max(0, place[0]), max(0, place[1])
    right, bottom = (min(a + b, c) for a, b, c in zip(place, patch.image.size, image.size, strict=True))
    if left < right and top < bottom:
        around = image.crop((left, top, right, bottom))
        own = patch.image.crop((left - place[0], top - place[1], right - place[0], bottom - place[1]))
        blend = Image.alpha_composite(around.convert("RGBA"), own)
        image.paste(blend.convert(image.mode), (left, top))
