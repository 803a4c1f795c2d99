"""One field of many cards, written short: a page of a hundred thousand jobs says most things many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import orjson

from sora2batch.gallery.page.front_coding import front_code
from sora2batch.ground.canonical import JsonObject, JsonValue

Column: TypeAlias = "list[Any] | dict[str, Any]"
"""*Shape*, for the page's script:

- ``[value, …]``: row by row;
- ``{"is": value}``: the same in every row;
- ``{"of": column, "at": [place, …]}``: the row of another column where it stands;
- ``{"edits": [[start, end, text], …], "at": […]}``: texts, each made from the one before (`front_coding.py`).
"""

SPELLED_OUT = 1000
"""Rows up to which only what repeats is shortened: in such a page keys, paths and prompts can be found."""
_PLAIN = frozenset({str, bool, int})
"""Types whose values are the same in Python just when they are in JSON, as long as they are not mixed."""


def column_of(values: Sequence[JsonValue]) -> Column:
    """Write values, whatever they are, in the shortest form."""
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) > 1 or not kinds <= _PLAIN:  # to Python 1, 1.0 and True are one value
        return _tabled([orjson.dumps(value).decode() for value in values], _fragments)
    return _tabled(values, _texts_of if kinds == {str} else list)


def _tabled(values: Sequence[Any], listed: Callable[[Sequence[Any]], Column]) -> Column:
    table = list(dict.fromkeys(values))
    if len(table) == 1:
        return {"is": _only(listed(table))}
    if not values or 2 * len(table) > len(values):
        return listed(values)
    places = dict(zip(table, range(len(table)), strict=True))
    return {"of": listed(table), "at": [*map(places.__getitem__, values)]}


def _fragments(values: Sequence[Any]) -> Column:
    return [*map(orjson.Fragment, values)]


def _only(column: Column) -> object:
    assert isinstance(column, list)
    return column[0]


def _texts_of(values: Sequence[Any]) -> Column:
    if None in values or len(values) <= SPELLED_OUT:
        return list(values)
    coded = front_code(values)
    return {"edits": coded.edits, "at": coded.at} if coded else list(values)


def continued(bases: Iterable[str], texts: Sequence[str]) -> Column:
    """Write texts that continue others: ``+`` and the rest, or ``=`` and all of it where one does not."""
    if len(texts) <= SPELLED_OUT:
        return column_of([f"={text}" for text in texts])
    bases = [*bases]
    rest = texts[0].removeprefix(bases[0])
    if texts == [base + rest for base in bases]:  # as where every key is its labels, every file its key
        return {"is": f"+{rest}"}
    pairs = zip(bases, texts, strict=True)
    told = ["+" + text[len(base) :] if text.startswith(base) else "=" + text for base, text in pairs]
    return column_of(told)


def records_of(records: Sequence[JsonObject]) -> dict[str, Any]:
    """Write objects with the same names by these names, and say which object has which.

    *Shape*: ``{"kind": column, "kinds": [[[name, column], …], …]}``; a row of a kind's column is that of the
    objects of this kind.
    """
    names = [*map(tuple, records)]
    members: dict[tuple[str, ...], list[JsonObject]] = {kind: [] for kind in names}
    for kind, record in zip(names, records, strict=True):
        members[kind].append(record)
    places = {kind: place for place, kind in enumerate(members)}
    return {
        "kind": column_of([places[kind] for kind in names]),
        "kinds": [_fields(kind, alike) for kind, alike in members.items()],
    }


def _fields(names: tuple[str, ...], records: Sequence[JsonObject]) -> list[tuple[str, Column]]:
    columns = zip(*(record.values() for record in records), strict=True)
    return [(name, column_of(values)) for name, values in zip(names, columns, strict=True)]


def lists_of(lists: Sequence[Sequence[Any]]) -> tuple[Column, list[Any]]:
    """Take lists apart: how long each is, and what is in them one after the other."""
    return column_of([*map(len, lists)]), [*chain.from_iterable(lists)]
