"""How much a template may do: counted in steps and characters, not in seconds, so the same everywhere."""

# ruff: noqa: ANN401 - a template handles values of any type
from __future__ import annotations

from collections.abc import Iterable, Iterator, MappingView
from typing import Any, cast

MAX_CHARACTERS = 100_000
"""Of any text that a template makes on its way, its result included."""
MAX_STEPS = 100_000
"""Of one rendering; a loop's turn, a call, a filter and every 64 characters or item they handle is a step."""
MAX_BITS = 4096
MAX_WIDTH = 1000
"""Of what a number pads a text to, or of the pieces it cuts a list into."""

CHARACTERS_A_STEP = 64
_COSTLY = 16
_PLAIN = frozenset({str, int, float, bool, type(None), list, tuple, dict})


class LimitError(Exception):
    """A template that wants too much."""


class Meter:
    """Counts the steps of the rendering under way, and of all renderings together."""

    def __init__(self, *, total: int) -> None:
        self._total = total
        self._left = MAX_STEPS

    def start(self) -> None:
        """Begin a rendering.

        Raises:
            LimitError: the renderings before have used up what there was for all.
        """
        self._total -= MAX_STEPS - max(self._left, 0)
        if self._total <= 0:
            raise LimitError("the templates of this manifest take too many steps in all")
        self._left = MAX_STEPS

    def allow(self, steps: int) -> None:
        """Let all renderings together take so many steps more."""
        self._total += steps

    def tick(self, steps: int = 1) -> None:
        """Count some steps.

        Raises:
            LimitError: that was too many.
        """
        self._left -= steps
        if self._left < 0:
            raise LimitError(f"takes too many steps (more than {MAX_STEPS:,})")

    def weigh(self, value: Any) -> None:
        """Count what it costs to look at all of a value, however it is nested."""
        if isinstance(value, str):
            self.tick(1 + len(value) // CHARACTERS_A_STEP)
        elif isinstance(value, list | tuple):
            self.tick(1 + len(value))
            self._weigh_items(value)
        elif isinstance(value, dict):
            self.tick(1 + len(value))
            self._weigh_items(value.keys())
            self._weigh_items(value.values())
        elif isinstance(value, range):
            self.tick(1 + len(value))  # to look for a text in a range is to look at every number
        else:
            self.tick()

    def weigh_costly(self, text: str) -> None:
        """Count a text that is gone through character by character, in Python or by a regular expression."""
        self.tick(_COSTLY * (1 + len(text) // CHARACTERS_A_STEP))

    def _weigh_items(self, items: Iterable[Any]) -> None:
        for item in items:
            if isinstance(item, list | tuple | dict) or (
                isinstance(item, str) and len(item) >= CHARACTERS_A_STEP
            ):
                self.weigh(item)

    def each(self, values: Iterable[Any], cost: int = 1) -> Iterator[Any]:
        """Hand on values one by one, counting each."""
        for value in values:
            self.tick(cost)
            yield value

    def taken(self, value: Any) -> Any:
        """Weigh a value and check its size; a lazy sequence becomes a list."""
        if type(value) is str:  # nearly all of them
            check_length(len(value))
            self.tick(1 + len(value) // CHARACTERS_A_STEP)
            return value
        if type(value) not in _PLAIN and isinstance(value, range | Iterator | MappingView):
            value = list(self.each(cast("Iterable[Any]", value)))
        bounded(value)
        self.weigh(value)
        return value


def bounded(value: Any) -> Any:
    """Hand on a value unless it is a text or a number beyond all measure.

    Raises:
        LimitError: it is.
    """
    if isinstance(value, str):
        check_length(len(value))
    elif isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise LimitError(f"makes a number of more than {MAX_BITS:,} bits")
    return value


def check_length(characters: int) -> None:
    """Refuse a text before it is made.

    Raises:
        LimitError: it would be too long.
    """
    if characters > MAX_CHARACTERS:
        raise LimitError(f"makes a text of more than {MAX_CHARACTERS:,} characters")


def check_width(width: Any) -> int:
    """Let a number through that pads a text or cuts a list.

    Raises:
        LimitError: it is too large.
        TypeError: it is no whole number.
    """
    if isinstance(width, bool) or not isinstance(width, int):
        raise TypeError(f"a whole number is needed here, not {kind_name(width)}")
    if abs(width) > MAX_WIDTH:
        raise LimitError(f"asks for a width or a count of more than {MAX_WIDTH:,}")
    return width


def kind_name(value: Any) -> str:
    """Say what a value is, in the words of JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple() | range():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "something that is no value"
