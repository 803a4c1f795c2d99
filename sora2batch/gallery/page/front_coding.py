"""Texts that are alike, each written as what is different from the one before.

Source: front coding, as of dictionaries and search indexes; here of what texts end with as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    for first in range(0, len(texts), BLOCK):
        block = texts[first : first + BLOCK]
        yield 0, 0, block[0]
        yield from _edits_in(block)


def _edits_in(block: Sequence[str]) -> Iterator[Edit]:
    """Yield what makes each text but the first of the one before.

    In a matrix the last axis turns fastest: texts differ in one place for a while, then once in another.
    """
    at, kept = 1, _Kept(0, 0)
    while at < len(block):
        kept = _shared(block[at - 1], block[at], kept)
        following = _shared(block[at], block[at + 1], kept) if at + 1 < len(block) else kept
        if sum(following) > sum(kept):  # here it is that once
            yield _edit(block[at], kept)
            at, kept = at + 1, following
        stop = _end_of_run(block, at, kept)
        start, end = kept
        for text in block[at:stop]:
            yield start, end, text[start : len(text) - end]
        at = stop


class _Kept(NamedTuple):
    """How many characters of a text stay: of its beginning, and of its end."""

    start: int
    end: int


def _edit(text: str, kept: _Kept) -> Edit:
    return (*kept, text[kept.start : len(text) - kept.end])


def _end_of_run(block: Sequence[str], at: int, kept: _Kept) -> int:
    """Find the first text that does not begin and end as the one at a place does."""
    first = block[at]
    head, tail, least = first[: kept.start], first[len(first) - kept.end :], sum(kept)
    for place in range(at + 1, len(block)):
        text = block[place]
        if len(text) < least or not text.startswith(head) or not text.endswith(tail):
            return place
    return len(block)


def _shared(one: str, other: str, guess: _Kept) -> _Kept:
    start = _shared_start(one, other, guess.start)
    return _Kept(start, _shared_end(one, other, min(len(one), len(other)) - start, guess.end))


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
