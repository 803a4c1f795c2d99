"""Canonical JSON: one value, one text, on every machine.

Source: RFC 8785 (JSON Canonicalization Scheme).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson
import rfc8785

from sora2batch.ground.digits import SAFE_INTEGER

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What JSON can say. Values are never changed in place once they are handed on."""
JsonObject: TypeAlias = "dict[str, JsonValue]"

_ATOMS = frozenset({str, bool, type(None)})
"""Types whose values are canonical as they are."""
_WITHOUT_FRACTION = _ATOMS | {int}
_FLAT = _WITHOUT_FRACTION | {orjson.Fragment}
_NESTED = frozenset({dict, list})


class NotCanonicalError(ValueError):
    """A value that JSON cannot carry faithfully: NaN, an integer above 2**53 - 1, half a surrogate pair."""


def canonical_flat(value: Mapping[str, JsonValue | orjson.Fragment]) -> bytes | None:
    """Write a mapping in which nothing is nested but what is written already; None if that is not enough.

    Raises:
        NotCanonicalError: the value has no canonical form.
    """
    # orjson writes the same bytes ten times as fast wherever keys are ASCII and no float is inside.
    if not _FLAT.issuperset(map(type, value.values())) or not "".join(value).isascii():
        return None
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError as error:
        raise NotCanonicalError(str(error)) from error


def canonical_json(value: JsonValue) -> bytes:
    """Write a value as RFC 8785 canonical JSON, in UTF-8.

    Raises:
        NotCanonicalError: the value has no canonical form.
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, orjson.JSONEncodeError, UnicodeEncodeError) as error:
        raise NotCanonicalError(str(error)) from error


def is_flat(mapping: JsonObject) -> bool:
    """Tell whether nothing in a mapping is nested, and no number has, or may have, a fraction."""
    return _WITHOUT_FRACTION.issuperset(map(type, mapping.values()))


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - the type is looked at in a way that mypy cannot follow
    # Asked for every job. Comparing types takes half the time of matching classes, and a set of them less.
    kind = type(value)
    if kind is dict:
        if not "".join(value).isascii():
            return False
        items = value.values()
    elif kind is list:
        items = value
    else:
        return kind in _WITHOUT_FRACTION
    others = set(map(type, items)) - _WITHOUT_FRACTION
    return not others or (
        _NESTED.issuperset(others) and all(_is_plain(item) for item in items if type(item) in _NESTED)
    )


def with_whole_numbers(value: JsonValue) -> JsonValue:
    """Write 10.0 as 10: canonical JSON knows no difference, so neither do we."""
    match value:
        case float() if value.is_integer() and abs(value) <= SAFE_INTEGER:
            return int(value)
        case list():
            return [with_whole_numbers(item) for item in value]
        case dict():
            return {
                key: item if type(item) in _WITHOUT_FRACTION else with_whole_numbers(item)
                for key, item in value.items()
            }
        case _:
            return value
