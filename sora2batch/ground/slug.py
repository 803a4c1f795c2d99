"""Texts of every script written so that they can stand in a key and in a file name."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import category, normalize

_MAX_CHARACTERS = 64
_MAX_BYTES = 180
_READ_CHARACTERS = 1000
_NO_WORD_ASCII = re.compile(r"[^a-z0-9_]+")
_DASHES = re.compile(r"-+")
_IGNORABLE = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Unicode's Default_Ignorable_Code_Point: what is not seen, such as zero width spaces."""
_LETTERS_OF_THEIR_OWN = "([\u0587\u0e33\u0eb3\u0edc\u0edd\u0f77\u0f79\u3131-\u318e]+)"
"""Letters that Unicode would take apart as mere forms of others: Thai am, Korean jamo and the like."""
_WITH_ACCENT = "[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff\u212a\u212b]"
_CYRILLIC_ACCENT = str.maketrans("ёЁѐЀѝЍ", "еЕеЕиИ")
"""й, ў and ї are letters of their own and stay."""
_LOOSE_ACCENT = (
    "(?<=[A-Za-z\u00aa-\u02af\u0370-\u0481\u048a-\u052f\u1d00-\u1d7f\u1e00-\u1fff\u2c60-\u2c7f\ua640-\ua69d"
    "\ua722-\ua7ff\uab30-\uab6f])"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_SIGN = (
    "[\u2190-\u23ff\u2500-\u27bf\u27f0-\u27ff\u2800-\u2bff\u2e80-\u2fd5\u303d\u31c0-\u31e3\u4dc0-\u4dff"
    "\U0001f000-\U0001fbff]"
)
"""Emoji, arrows and other pictures; by block, since every version of Python knows more of them."""


def slug(text: str) -> str:
    """Write a text so that it can stand in a key and in a file name: ``Crane up!`` -> ``crane-up``.

    Letters, vowel signs and digits of every script stay. Accents go where they are accents, in Latin, Greek
    and Cyrillic. Emoji and other signs stay only where there is nothing else.

    Shape: NFC; lower case letters, digits, ``_``, single dashes; at most 64 characters, 180 bytes; may be
    empty.
    """
    text = text[:_READ_CHARACTERS]
    if text.isascii():
        return _cut(_NO_WORD_ASCII.sub("-", text.lower()))
    plain = unified(text)
    return _written(without_accents(plain).lower(), _is_word) or _written(plain.lower(), _is_word_or_sign)


def full_slug(text: str) -> str:
    """Write the same with every accent, sign and form of a letter, for what is else hard to tell apart."""
    text = text[:_READ_CHARACTERS]
    return slug(text) if text.isascii() else _written(composed(text).lower(), _is_word_or_sign)


def composed(text: str) -> str:
    """Compose a text (NFC), and drop what nobody sees."""
    return text if text.isascii() else normalize("NFC", re.sub(_IGNORABLE, "", text))


def unified(text: str) -> str:
    """Write wide, raised and joined forms of letters as these letters; drop what nobody sees."""
    if text.isascii():
        return text
    parts = re.split(_LETTERS_OF_THEIR_OWN, re.sub(_IGNORABLE, "", text))
    parts[::2] = [normalize("NFKC", part) for part in parts[::2]]
    return normalize("NFC", "".join(parts))


def without_accents(text: str) -> str:
    """Take the accents off Latin, Greek and Cyrillic letters of a composed text."""
    bare = re.sub(_WITH_ACCENT, lambda found: normalize("NFD", found[0])[0], text).translate(_CYRILLIC_ACCENT)
    return re.sub(_LOOSE_ACCENT, "", bare)


def is_mark(character: str) -> bool:
    """Tell whether a character belongs to the one before it, such as a vowel sign."""
    return category(character).startswith("M")


def is_sign(character: str) -> bool:
    """Tell whether a character is an emoji or another picture."""
    return re.match(_SIGN, character) is not None


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_word_or_sign(character: str) -> bool:
    return _is_word(character) or is_sign(character)


def _written(text: str, is_kept: Callable[[str], bool]) -> str:
    written = ["-"]
    for character in text:
        if is_kept(character):
            written.append(character)
        elif not is_mark(character):
            written.append("-")
        elif written[-1] != "-":  # a mark needs a letter to stand on
            written.append(character)
    return _cut(_DASHES.sub("-", normalize("NFC", "".join(written))))


def _cut(text: str) -> str:
    whole = text.strip("-")
    short = whole[:_MAX_CHARACTERS].encode("utf-8", "ignore")[:_MAX_BYTES].decode("utf-8", "ignore")
    if len(short) < len(whole) and is_mark(whole[len(short)]):
        short = _without_last_letter(short)
    return short.strip("-")


def _without_last_letter(text: str) -> str:
    """Drop a letter whose marks were cut off: without them it is another one."""
    end = len(text)
    while end > 1 and is_mark(text[end - 1]):
        end -= 1
    return text[: end - 1] or text
