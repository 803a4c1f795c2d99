"""Texts made fit for one line, and what characters are spelled as where no font has them."""

from __future__ import annotations

from unicodedata import category, normalize

from anyascii import anyascii

from sora2batch.ground.slug import is_mark
from sora2batch.typography.carried_font import HAS

_READ_CHARACTERS = 600
_MOST_MARKS = 6
"""On one letter: no script has more, and more would climb over the lines above."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
SIGNS = {
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "→": "->",
    "←": "<-", "•": "·", "\N{PRIME}": "'", "″": '"', "€": "EUR", "£": "GBP", "¥": "JPY",
}  # fmt: skip
"""What comes closest to signs that the carried font lacks and that stand in English texts."""


def cleaned(text: str) -> str:
    """Write a text on one line: without what steers a terminal or turns directions, and not endless."""
    text = text[:_READ_CHARACTERS]
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, normalize("NFC", text)))
    return " ".join(_without_towers(text).split())


def plain(text: str) -> str | None:
    """Write a cleaned text in the carried font's characters; None if it has others."""
    if text.isascii():
        return text
    signs = [sign if sign in HAS else SIGNS.get(sign) for sign in text]
    return None if None in signs else "".join(filter(None, signs))


def spelled(cluster: str) -> str:
    """Write a character, with its accents, in English letters; one that nobody can spell by its number."""
    text = cluster if cluster.isascii() else "".join(filter(str.isprintable, anyascii(cluster)))
    if text.strip() or all(map(is_mark, cluster)):
        return text
    return f"U+{ord(cluster[0]):04X}"


def _visible(sign: str) -> str:
    if sign in _JOINERS or (sign.isprintable() and not sign.isspace()):
        return sign
    return "" if category(sign) == "Cf" else " "


def _without_towers(text: str) -> str:
    if text.isascii():
        return text
    signs: list[str] = []
    height = 0
    for sign in text:
        height = height + 1 if is_mark(sign) else 0
        if height <= _MOST_MARKS:
            signs.append(sign)
    return "".join(signs)
