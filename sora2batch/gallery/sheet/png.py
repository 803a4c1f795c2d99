"""An image as a PNG file of a limited length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sora2batch.gallery.sheet.ink import PALETTE

_FULL_COLOUR_PIXELS = 8_000_000
"""Bigger images are not even tried in full colour: that would take long and never be short enough."""
_PALETTES = (
    (256, Image.Dither.FLOYDSTEINBERG),
    (256, Image.Dither.NONE),
    (128, Image.Dither.NONE),
    (64, Image.Dither.NONE),
)


def encode_png(image: Image.Image, texts: Mapping[str, str], most_bytes: int) -> bytes | None:
    """Write an RGB image with as many colours as there is room for; None if there is none.

    The same image and texts give the same bytes.
    """
    for version in _versions(image):
        data = _png(version, texts)
        if len(data) <= most_bytes:
            return data
    return None


def _versions(image: Image.Image) -> Iterator[Image.Image]:
    if image.width * image.height <= _FULL_COLOUR_PIXELS:
        yield image
    for colours, dither in _PALETTES:
        yield image.quantize(palette=_palette(image, colours), dither=dither)


def _palette(image: Image.Image, colours: int) -> Image.Image:
    """Choose colours for an image, ours among them: a small sign must not fade into the pictures."""
    own = [channel for colour in PALETTE for channel in colour]
    chosen = image.quantize(colours - len(PALETTE), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(own + chosen[: 3 * (colours - len(PALETTE))])
    return palette


def _png(image: Image.Image, texts: Mapping[str, str]) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    target = BytesIO()
    image.save(target, "PNG", pnginfo=info, optimize=True)
    return target.getvalue()
