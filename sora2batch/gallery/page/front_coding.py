"""Texts that are alike, each written as what is different from the one before.

Source: front coding, as of dictionaries and search indexes; here of what texts end with as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeAlias

BLOCK = 256
"""So many texts are read to read one: the first of a block stands in full. `columns.js` knows it, too."""
_TRIED = 2 * BLOCK
_SHORT = 32
"""Characters on average below which there is nothing to gain."""


Edit: TypeAlias = "tuple[int, int, str]"
"""What becomes of the text before: so much of its beginning and of its end stays, and a text comes between.

Lengths are units of UTF-16, as the page's script counts.
"""


class FrontCoded(NamedTuple):
    """A list of texts."""

    edits: tuple[Edit, ...]
    """Each once: in a matrix few steps from one prompt to the next are different."""
    at: list[int]
    """For each text, which edit makes it."""


def front_code(texts: Sequence[str]) -> FrontCoded | None:
    """Write texts as edits; None where that would not halve them."""
    if sum(map(len, texts)) < _SHORT * len(texts):
        return None
    tried = texts[:_TRIED]
    cost = sum(len(between) for _, _, between in _coded(tried).edits)
    return _coded(texts) if 2 * cost < sum(map(len, tried)) else None


def _coded(texts: Sequence[str]) -> FrontCoded:
    known: dict[Edit, int] = {}
    edits = _edits(texts) if all(map(str.isascii, texts)) else _edits_in_units(texts)
    at = [known.setdefault(edit, len(known)) for edit in edits]
    return FrontCoded(tuple(known), at)


def _edits_in_units(texts: Sequence[str]) -> Iterator[Edit]:
    """Yield edits whose lengths are units of UTF-16."""
    before = ""
    for (start, end, between), text in zip(_edits(texts), texts, strict=True):
        yield _units(before[:start]), _units(before[len(before) - end :]), between
        before = text


def _edits(texts: Sequence[str]) -> Iterator[Edit]:
    """Yield edits whose lengths are characters."""
    start = end = 0
    for first in range(0, len(texts), BLOCK):
        before, its_length = texts[first], len(texts[first])
        yield 0, 0, before
        head, tail = before[:start], before[its_length - end :]
        for text in islice(texts, first + 1, first + BLOCK):
            length = len(text)
            # In a matrix nearly every text differs from the one before where that one did.
            if not (
                start + end < length
                and start + end < its_length
                and text[start] != before[start]
                and text[-end - 1] != before[-end - 1]
                and text.startswith(head)
                and text.endswith(tail)
            ):
                start = _shared_start(before, text, start)
                end = _shared_end(before, text, min(its_length, length) - start, end)
                head, tail = text[:start], text[length - end :]
            yield start, end, text[start : length - end]
            before, its_length = text, length


def _shared_start(one: str, other: str, guess: int) -> int:
    """Count the characters that both begin with: at once where the guess is right, or else by halving."""
    low, high = 0, min(len(one), len(other))
    if guess <= high and one[:guess] == other[:guess]:
        if guess == high or one[guess] != other[guess]:
            return guess
        low = guess
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_end(one: str, other: str, most: int, guess: int) -> int:
    """Count the characters that both end with, of so many."""
    last, its_last = len(one), len(other)
    low, high = 0, most
    if guess <= high and one[last - guess :] == other[its_last - guess :]:
        if guess == high or one[last - guess - 1] != other[its_last - guess - 1]:
            return guess
        low = guess
    while low < high:
        middle = (low + high + 1) // 2
        if one[last - middle : last - low] == other[its_last - middle : its_last - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
