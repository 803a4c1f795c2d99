"""The filters ``int`` and ``float``: Jinja makes 0 of what is no number; here that is an error."""

# ruff: noqa: ANN401 - a template handles values of any type
from __future__ import annotations

from enum import Enum
from math import isfinite
from typing import Any

from jinja2 import Undefined
from jinja2.filters import FILTERS

from sora2batch.ground.text import visible
from sora2batch.template.limit import kind_name

_MAX_DIGITS = 1000
_MOST_SHOWN = 40


class _Unsaid(Enum):
    DEFAULT = "nothing was said to take instead"


def to_int(value: Any, default: Any = _Unsaid.DEFAULT, base: int = 10) -> Any:
    """Make a whole number of a value: a number loses its fraction, a text must be a whole number.

    Raises:
        ValueError: it is none, and no default was given.
    """
    _check_size(value)
    if default is not _Unsaid.DEFAULT:
        return FILTERS["int"](value, default, base)
    if isinstance(value, str):
        return _whole(value, base)
    if isinstance(value, int | float | Undefined):
        return int(value)
    raise ValueError(_no_number(value, "whole number", "int"))


def to_float(value: Any, default: Any = _Unsaid.DEFAULT) -> Any:
    """Make a number of a value.

    Raises:
        ValueError: it is none, and no default was given.
    """
    _check_size(value)
    if default is not _Unsaid.DEFAULT:
        return FILTERS["float"](value, default)
    if isinstance(value, str):
        number = _parsed(value)
        if number is None:
            raise ValueError(_no_number(value, "number", "float"))
        return number
    if isinstance(value, int | float | Undefined):
        return float(value)
    raise ValueError(_no_number(value, "number", "float"))


def _whole(text: str, base: int) -> int:
    try:
        return int(text, base)
    except ValueError:
        number = _parsed(text) if base == 10 else None
    if number is None:
        raise ValueError(_no_number(text, "whole number", "int"))
    if not number.is_integer():
        shown = text.strip()
        raise ValueError(f'the text "{shown}" is no whole number: to round it, write | float | round | int')
    return int(number)


def _parsed(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _check_size(value: Any) -> None:
    if isinstance(value, str) and len(value) > _MAX_DIGITS:
        raise ValueError(f"a text of {len(value):,} characters is no number")


def _no_number(value: Any, what: str, name: str) -> str:
    way_out = f"write digits alone, or say what to take instead: {name}(N)"
    if not isinstance(value, str):
        return f"{kind_name(value)} is no {what}: {way_out}"
    if not value.strip():
        return f"an empty text is no {what}: {way_out}"
    shown = value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}..."
    return f'the text "{visible(shown)}" is no {what}: {way_out}'
