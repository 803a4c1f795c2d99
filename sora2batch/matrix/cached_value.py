"""One templated value of a job group, and what it gave before: nothing is rendered twice for the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any, Final, Protocol, TypeAlias

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.job import Column
from sora2batch.matrix.field import Leaf, Part, PlacedError, render_part
from sora2batch.matrix.grid import ABSENT, Places
from sora2batch.matrix.output_mark import is_output
from sora2batch.template.limit import MAX_CHARACTERS
from sora2batch.template.template import TemplateError

CacheKey: TypeAlias = Callable[[Places], Any]
"""Takes those of a cell's places that decide what a template gives."""


_SHORT = 2000


def nothing(_: Places) -> tuple[()]:
    """Pick no place: for what is the same in every cell."""
    return ()


class PlaceIds:
    """Numbers the values of one axis: two that are the same under the keys that are read have one number."""

    def __init__(self, column: Column, at: int, keys: frozenset[str] | None) -> None:
        """Number them.

        Args:
            column: the axis.
            at: its place in a cell.
            keys: that are read of a value; None where all of it is.
        """
        self.at = at
        seen: dict[object, int] = {}
        names = sorted(keys) if keys is not None else None
        ids = [
            seen.setdefault(_told(value, names, place), place) for place, value in enumerate(column.values)
        ]
        self.count = len(seen)
        self.ids = (*ids, len(ids))
        """By place; the last is that of cells without a value, whose place counts from the end."""


def joined(finders: Sequence[PlaceIds]) -> Callable[[Places], Any]:
    """Take the numbers of a cell's values."""
    if len(finders) == 1:
        ids, at = finders[0].ids, finders[0].at
        return lambda places: ids[places[at]]
    pairs = [(finder.ids, finder.at) for finder in finders]
    return lambda places: tuple([ids[places[at]] for ids, at in pairs])


def _told(value: JsonValue, names: list[str] | None, place: int) -> object:
    """Tell a value as a template sees it; one that lacks a key as itself, for messages list what it has."""
    if names is None or not isinstance(value, dict) or not value.keys() >= set(names):
        return place
    return tuple([_same(value[name]) for name in names])


def _same(value: JsonValue) -> object:
    """Tell apart what a template could: for Python 1, 1.0 and true are the same."""
    return value if type(value) is str else (repr(value),)


class Unknown(Enum):
    """What is not remembered."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


class CachedValue(Protocol):
    """A templated value that may remember."""

    def recall(self, places: Places) -> JsonValue | PlacedError | Unknown:
        """Look up what it gives in a cell; UNKNOWN where it has to be rendered."""
        ...

    def render(self, places: Places, scope: dict[str, Any]) -> JsonValue | PlacedError:
        """Render it in a cell."""
        ...


class CachedWhole:
    """Remembers values; none at all without a pick."""

    def __init__(self, part: Part, cache_key: CacheKey | None) -> None:
        self._part = part
        self._cache_key = cache_key
        self._known: dict[Any, JsonValue | PlacedError] = {}

    def recall(self, places: Places) -> JsonValue | PlacedError | Unknown:
        """Look up what it gave for these places."""
        if self._cache_key is None:
            return UNKNOWN
        return self._known.get(self._cache_key(places), UNKNOWN)

    def render(self, places: Places, scope: dict[str, Any]) -> JsonValue | PlacedError:
        """Render it, and remember that."""
        value: JsonValue | PlacedError
        try:
            value = render_part(self._part, scope)
        except PlacedError as error:
            value = error
        if self._cache_key is not None:
            self._known[self._cache_key(places)] = value
        return value


class CachedItem:
    """A value that is what an axis has under a key, and nothing else."""

    def __init__(self, part: Part, values: Sequence[JsonValue], at: int, key: str) -> None:
        """Get ready.

        Args:
            part: the template.
            values: of the axis.
            at: the place of the axis in a cell.
            key: in each value.
        """
        self._part = part
        self._values = values
        self._at = at
        self._key = key

    def recall(self, places: Places) -> JsonValue | PlacedError | Unknown:
        """Look it up; what is no short text is left to the rendering, which checks it."""
        place = places[self._at]
        whole = self._values[place] if place != ABSENT else None
        value = whole.get(self._key) if type(whole) is dict else None
        if type(value) is str and len(value) <= _SHORT and (value.isascii() or is_output(value)):
            return value
        return UNKNOWN

    def render(self, _: Places, scope: dict[str, Any]) -> JsonValue | PlacedError:
        """Render it."""
        try:
            return render_part(self._part, scope)
        except PlacedError as error:
            return error


class CachedPieces:
    """Remembers the pieces of a text, each by what that piece reads: a prompt reads all axes, a piece one."""

    def __init__(self, leaf: Leaf, picks: Sequence[CacheKey]) -> None:
        self._leaf = leaf
        self._pieces = len(picks)
        # What is the same in every cell is remembered with the piece before it, at the start with the next.
        changing = [at for at, cache_key in enumerate(picks) if cache_key is not nothing] or [0]
        spans = pairwise([0, *changing[1:], len(picks)])
        self._groups: list[tuple[CacheKey, dict[Any, str], slice]] = [
            (picks[at], {}, slice(*span)) for at, span in zip(changing, spans, strict=True)
        ]

    def recall(self, places: Places) -> JsonValue | PlacedError | Unknown:
        """Join the pieces if all of them are known; a text that is too long is left to the rendering."""
        try:
            text = "".join([known[cache_key(places)] for cache_key, known, _ in self._groups])
        except KeyError:
            return UNKNOWN
        return text if len(text) <= MAX_CHARACTERS else UNKNOWN

    def render(self, places: Places, scope: dict[str, Any]) -> JsonValue | PlacedError:
        """Render all of it, and remember the pieces."""
        try:
            pieces = self._leaf.template.render_pieces(scope)
        except TemplateError as error:
            return PlacedError(self._leaf.path, error)
        if len(pieces) == self._pieces:  # or else Jinja cuts texts otherwise than it used to
            for cache_key, known, span in self._groups:
                known[cache_key(places)] = "".join(pieces[span])
        return "".join(pieces)
