"""The font that Pillow carries with it: every machine writes English alike."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_ENGLISH = frozenset(map(chr, range(0x20, 0x7F)))
HAS = _ENGLISH | frozenset(
    "\xa9\xab\xb0\xb1\xb4\xb7\xbb\u2018\u2019\u201c\u201d\u2026\u2039\u203a\u2044\u2122\ufb01\ufb02"
)
"""All its characters."""


@lru_cache(maxsize=64)
def font_of(height: float) -> Font:
    """Load it, so many pixels high."""
    return ImageFont.load_default(height)


def font_bytes() -> bytes:
    """Give its file."""
    font = ImageFont.load_default(10)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built with FreeType: it draws with it"
    return bytes(font.font_bytes)
