"""Words in pictures: the font that Pillow carries with it, what it can write, and where lines break."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, normalize

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_READ_CHARACTERS = 600
_SIGNS = {
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "→": "->",
    "←": "<-", "•": "·", "\N{PRIME}": "'", "″": '"', "€": "EUR", "£": "GBP", "¥": "JPY", "ß": "ss", "æ": "ae",
    "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
}  # fmt: skip
"""What comes closest to signs that the font lacks and Unicode does not take apart."""
UNKNOWN = "?"
"""Stands for a run of characters that cannot be written."""
_ODD_SIZE = 40
_NOT_IN_ANY_FONT = "\uffff"


def font_of(height: float) -> Font:
    """Load the font that Pillow carries with it, so that every machine writes alike."""
    return ImageFont.load_default(height)


def writable(text: str) -> str:
    """Write a text on one line with signs that the font has: accents go, and what is foreign is a ``?``.

    *Shape*: what cannot be written at all is one ``?`` a run, so that a text in another script stays short.
    """
    signs: list[str] = []
    is_lost = False
    for sign in normalize("NFC", text[:_READ_CHARACTERS]):
        if category(sign).startswith("M"):
            continue
        spelled = _spelled(sign)
        if spelled or not is_lost:
            signs.append(spelled or UNKNOWN)
        is_lost = not spelled
    return " ".join("".join(signs).split())


def is_writable(text: str) -> bool:
    """Tell whether nothing of a text would be lost but accents and the like."""
    return all(_spelled(sign) for sign in normalize("NFC", text))


def wrapped(text: str, font: Font, width: float, *, most: int) -> list[str]:
    """Break a text into lines that fit; what does not fit any more ends in an ellipsis."""
    words = writable(text).split()
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        if len(lines) == most:
            return [
                *(_cut(part, font, width) for part in lines[:-1]),
                _cut(f"{lines[-1]} {word}", font, width),
            ]
    return [_cut(part, font, width) for part in [*lines, line] if part]


def fitted(text: str, font: Font, width: float) -> str:
    """Write a text on one line that is no wider; one that is ends in an ellipsis."""
    return _cut(writable(text), font, width)


def _cut(text: str, font: Font, width: float) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


@lru_cache(maxsize=4096)
def _spelled(sign: str) -> str:
    """Find the nearest thing that the font has; nothing where there is none."""
    if not sign.isprintable() or sign.isspace():
        return " "
    if _has(sign):
        return sign
    return _SIGNS.get(sign) or "".join(part for part in normalize("NFKD", sign) if _has(part)).strip()


def _has(sign: str) -> bool:
    if sign.isascii():
        return True
    font = font_of(_ODD_SIZE)
    return bytes(font.getmask(sign)) != bytes(font.getmask(_NOT_IN_ANY_FONT))
