"""Does an entry of ``include`` or ``exclude`` mean a value of an axis?"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

from sora2batch.ground.canonical import JsonValue


def same(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two values are equal as JSON: 1 and 1.0 are, true and 1 are not.

    Texts are equal however they are composed: a letter and its accent may be one character or two.
    """
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or normalize("NFC", left) == normalize("NFC", right)
    return left == right


def means(wanted: JsonValue, value: JsonValue) -> bool:
    """Tell whether an entry's value means an axis value.

    It does if both are equal; for a mapping also by its ``id``, or by some of its keys.
    An empty mapping means only an empty mapping: one slip must not exclude everything.
    """
    if same(wanted, value):
        return True
    if not isinstance(value, dict) or wanted is None or isinstance(wanted, list):
        return False
    if isinstance(wanted, dict):
        return bool(wanted) and all(key in value and means(part, value[key]) for key, part in wanted.items())
    return "id" in value and same(wanted, value["id"])


def places_meant(wanted: JsonValue, values: Sequence[JsonValue]) -> frozenset[int]:
    """Find where on an axis the values stand that an entry means; counted from 0.

    A text or number means the value that it is; only where there is none, a mapping with that ``id``.
    """
    if not isinstance(wanted, dict | list):
        equal = frozenset(place for place, value in enumerate(values) if same(wanted, value))
        if equal:
            return equal
    return frozenset(place for place, value in enumerate(values) if means(wanted, value))
