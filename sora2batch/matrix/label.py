"""Short readable names for axis values: the parts of a job's key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from unicodedata import category, combining, normalize

from sora2batch.canonical import JsonValue, with_whole_numbers

_MAX_CHARACTERS = 64
_MAX_BYTES = 180
_READ_CHARACTERS = 1000
_VERBATIM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NO_WORD_ASCII = re.compile(r"[^a-z0-9_]+")
_DASHES = re.compile(r"-+")


def slug(text: str) -> str:
    """Write a text so that it can stand in a key and in a file name: ``Crane up!`` -> ``crane-up``.

    Shape: lower case letters, digits, ``_``, single dashes; at most 64 characters, 180 bytes; may be empty.
    """
    text = text[:_READ_CHARACTERS]
    if text.isascii():
        return _cut(_NO_WORD_ASCII.sub("-", text.lower()))
    bare = "".join(character for character in normalize("NFKD", text) if not combining(character)).lower()
    words = "".join(character if _is_word(character) else "-" for character in normalize("NFC", bare))
    return _cut(_DASHES.sub("-", words))


def _is_word(character: str) -> bool:
    # Vowel signs of Indic scripts are marks, not letters, and a word is unreadable without them.
    return character.isalnum() or character == "_" or category(character).startswith("M")


def _cut(text: str) -> str:
    short = text.strip("-")[:_MAX_CHARACTERS].encode("utf-8", "ignore")[:_MAX_BYTES]
    return short.decode("utf-8", "ignore").strip("-")


def label_of(value: JsonValue, position: int) -> str:
    """Name a value: a scalar by its slug, a mapping by its ``id`` or ``name``, else by its position.

    Args:
        value: an axis value.
        position: its place on the axis, counted from 1.
    """
    match value:
        case dict():
            return _named(value.get("id")) or _named(value.get("name")) or str(position)
        case list():
            return str(position)
        case _:
            return slug(_scalar_text(value)) or str(position)


def _named(name: JsonValue) -> str:
    if name is None or isinstance(name, dict | list):
        return ""
    text = _scalar_text(name)
    return text if len(text) <= _MAX_CHARACTERS and _VERBATIM.fullmatch(text) else slug(text)


def _scalar_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(with_whole_numbers(value))


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Append ``-2``, ``-3``... to names that came before, upper and lower case being the same.

    Shape: same order and length; no made-up name equals a given one.
    """
    given = list(names)
    taken = {name.casefold() for name in given}
    if len(taken) == len(given):
        return tuple(given)
    seen: set[str] = set()
    next_number: dict[str, int] = {}
    return tuple(_unique(name, seen, taken, next_number) for name in given)


def _unique(name: str, seen: set[str], taken: set[str], next_number: dict[str, int]) -> str:
    folded = name.casefold()
    if folded not in seen:
        seen.add(folded)
        return name
    number = next_number.get(folded, 2)
    while f"{folded}-{number}" in taken:
        number += 1
    next_number[folded] = number + 1
    taken.add(f"{folded}-{number}")
    return f"{name}-{number}"
