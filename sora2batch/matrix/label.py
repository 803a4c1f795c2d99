"""Short readable names for axis values: the parts of a job's key."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from sora2batch.ground.canonical import JsonValue, with_whole_numbers
from sora2batch.ground.slug import full_slug, slug

_MAX_CHARACTERS = 64
_TAKE_END = re.compile(r"#[0-9]+\Z")
_VERBATIM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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


def text_of(value: JsonValue) -> str | None:
    """Tell the text that names a value, as it is written; None for one that is named by its position."""
    match value:
        case dict():
            written = (name for name in (value.get("id"), value.get("name")) if _named(name))
            return next(map(_scalar_text, written), None)
        case list():
            return None
        case _:
            return _scalar_text(value)


def labels_of(values: Sequence[JsonValue]) -> tuple[str, ...]:
    """Name the values of one axis.

    Texts that only accents, signs or the width of their letters tell apart keep these, so that each is
    seen to be what it is; what is still the same gets a number.

    Shape: same order and length; unique, upper and lower case being the same.
    """
    names = [label_of(value, position) for position, value in enumerate(values, start=1)]
    folded = Counter(map(str.casefold, names))
    if len(folded) < len(names):
        names = [
            _told_apart(value, name) if folded[name.casefold()] > 1 else name
            for value, name in zip(values, names, strict=True)
        ]
    return unique_names(names)


def take_key(stem: str, take: int) -> str:
    """Name a take of a cell; where the cell is named after a take itself, the first take is numbered, too.

    Else ``clips/fox#2`` would be the second take of one cell and the first one of another.
    """
    return stem if take == 1 and not _TAKE_END.search(stem) else f"{stem}#{take}"


def _told_apart(value: JsonValue, name: str) -> str:
    text = text_of(value)
    return name if text is None or text.isascii() else full_slug(text) or name


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
