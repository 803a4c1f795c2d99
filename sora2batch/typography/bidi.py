"""Which way texts run: the Unicode Bidirectional Algorithm (UAX #9), of lines without direction signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeVar
from unicodedata import bidirectional, category, mirrored

_STRONG = {"L": 0, "R": 1, "AL": 1}
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_NUMBERS = frozenset({"EN", "AN"})


def runs_to_the_left(text: str) -> bool:
    """Tell whether a text as a whole runs from right to left: its first letter decides (P2, P3)."""
    return next((_STRONG[kind] == 1 for kind in map(bidirectional, text) if kind in _STRONG), False)


def levels_of(text: str, *, to_the_left: bool) -> list[int]:
    """Give each character its embedding level: odd ones run to the left."""
    base = int(to_the_left)
    kinds = _resolved_weak([bidirectional(one) for one in text], "R" if base else "L")
    _resolve_brackets(text, kinds, "R" if base else "L")
    _resolve_neutral(kinds, "R" if base else "L")
    return [_level(kind, base) for kind in kinds]


def _level(kind: str, base: int) -> int:
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)


def _resolved_weak(kinds: list[str], start: str) -> list[str]:
    """Resolve marks, numbers and the signs in them (W1 to W7)."""
    before, strong = start, start
    for place, kind in enumerate(kinds):
        own = before if kind in {"NSM", "BN", ""} else kind
        if own == "EN" and strong == "AL":
            own = "AN"
        if own in _STRONG:
            strong = own
        kinds[place] = before = own
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for place in range(1, len(kinds) - 1):
        around = {kinds[place - 1], kinds[place + 1]}
        if around == {"EN"} and kinds[place] in {"ES", "CS"}:
            kinds[place] = "EN"
        elif around == {"AN"} and kinds[place] == "CS":
            kinds[place] = "AN"
    _resolve_terminators(kinds)
    strong = start
    for place, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"
        elif kind in {"ES", "ET", "CS"}:
            kinds[place] = "ON"
    return kinds


def _resolve_terminators(kinds: list[str]) -> None:
    for kind, places in _stretches(kinds):
        around = {*kinds[max(0, places.start - 1) : places.start], *kinds[places.stop : places.stop + 1]}
        if kind == "ET" and "EN" in around:
            kinds[places.start : places.stop] = ["EN"] * len(places)


def _resolve_brackets(text: str, kinds: list[str], base: str) -> None:
    """Let both brackets of a pair run as what is between them, or before them, does (N0)."""
    for opening, closing in _bracket_pairs(text, kinds):
        inside = {_direction(kind) for kind in kinds[opening + 1 : closing]}
        before = next((found for kind in reversed(kinds[:opening]) if (found := _direction(kind))), base)
        if base in inside:
            kinds[opening] = kinds[closing] = base
        elif inside & {"L", "R"}:
            kinds[opening] = kinds[closing] = before if before != base else base


def _bracket_pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    waiting: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for place, sign in enumerate(text):
        if kinds[place] != "ON" or not mirrored(sign):
            continue
        if category(sign) == "Ps":
            waiting.append((_closing(sign), place))
        elif category(sign) == "Pe" and sign in (wanted := [one for one, _ in waiting]):
            last = len(wanted) - 1 - wanted[::-1].index(sign)
            pairs.append((waiting[last][1], place))
            del waiting[last:]
    return sorted(pairs)


def _closing(opening: str) -> str:
    """Find the other bracket: beside it, or behind one more sign, as a backslash is."""
    beside = chr(ord(opening) + 1)
    return beside if category(beside) == "Pe" else chr(ord(opening) + 2)


def _resolve_neutral(kinds: list[str], base: str) -> None:
    """Let blanks and signs run as what is on both sides of them does, else as the line (N1, N2)."""
    directions = [None if kind in _NEUTRAL else _direction(kind) for kind in kinds]
    for direction, places in _stretches(directions):
        if direction is None:
            before = directions[places.start - 1] if places.start else base
            after = directions[places.stop] if places.stop < len(kinds) else base
            kinds[places.start : places.stop] = [before if before == after and before else base] * len(places)


def _direction(kind: str) -> str | None:
    return "R" if kind in _NUMBERS else kind if kind in {"L", "R"} else None


_T = TypeVar("_T")


def _stretches(values: Iterable[_T]) -> Iterator[tuple[_T, range]]:
    start = 0
    for value, group in groupby(list(values)):
        count = len(list(group))
        yield value, range(start, start + count)
        start += count


class _Levelled(Protocol):
    @property
    def level(self) -> int: ...


_L = TypeVar("_L", bound=_Levelled)


def in_visual_order(runs: Sequence[_L]) -> list[_L]:
    """Order runs from left to right (L2)."""
    ordered = list(runs)
    for level in range(max((run.level for run in runs), default=0), 0, -1):
        for is_high, places in _stretches([run.level >= level for run in ordered]):
            if is_high:
                ordered[places.start : places.stop] = reversed(ordered[places.start : places.stop])
    return ordered
