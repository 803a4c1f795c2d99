"""The filters and tests that templates may use; each is counted, and bounded before it can grow."""

# ruff: noqa: ANN401 - a template handles values of any type
from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeAlias, cast

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import FILTERS, make_attrgetter, sync_do_slice
from jinja2.tests import TESTS

from sora2batch.ground.slug import slug
from sora2batch.template.limit import Meter, bounded, check_length, check_width, kind_name
from sora2batch.template.number import to_float, to_int

Function: TypeAlias = Callable[..., Any]

_TEXT_FILTERS = ("capitalize", "lower", "trim", "truncate", "upper")
_COSTLY_FILTERS = ("title", "urlencode", "wordcount")
_VALUE_FILTERS = (
    *("abs", "count", "d", "default", "first", "items", "last", "length", "list"),
    *("map", "reject", "rejectattr", "reverse", "select", "selectattr", "unique", "max", "min"),
)
_SORT_FILTERS = ("sort", "dictsort")
_NUMBER_TESTS = ("divisibleby", "even", "odd")
_TESTS = (
    *("boolean", "defined", "false", "float", "in", "integer", "iterable", "lower"),
    *("mapping", "none", "number", "sameas", "sequence", "string", "true", "undefined", "upper"),
    *(
        "==",
        "eq",
        "equalto",
        "!=",
        "ne",
        ">",
        "gt",
        "greaterthan",
        ">=",
        "ge",
        "<",
        "lt",
        "lessthan",
        "<=",
        "le",
    ),
)
_FORMAT_SPEC = re.compile(
    r"%(?P<key>\([^()]*\))?[-#0 +]*(?P<width>\*|\d*)(?:\.(?P<precision>\*|\d*))?(?P<next>.?)", re.DOTALL
)


class NotTextError(TypeError):
    """A value that cannot stand in a text."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{kind_name(value)} cannot stand in a text")
        self.value = value


def filter_table(meter: Meter) -> dict[str, Function]:
    """Make the filters, by name; what they handle is counted by ``meter``."""
    table: dict[str, Function] = {name: FILTERS[name] for name in _VALUE_FILTERS}
    table |= {name: _of_text(FILTERS[name]) for name in _TEXT_FILTERS}
    table |= {name: _sorting(meter, FILTERS[name]) for name in _SORT_FILTERS}
    table |= {name: _costly(meter, FILTERS[name]) for name in _COSTLY_FILTERS}
    table |= {"slug": _costly(meter, slug), "string": as_text, "tojson": _to_json}
    table |= {
        "center": _center,
        "indent": _indent,
        "replace": replace_text,
        "format": _costly(meter, _format),
        "join": _join,
    }
    table |= {
        "batch": _batch,
        "slice": _slice,
        "int": to_int,
        "float": to_float,
        "round": _round,
        "sum": _sum,
    }
    return {name: metered(meter, function) for name, function in table.items()}


def test_table(meter: Meter) -> dict[str, Function]:
    """Make the tests that stand after ``is``, by name."""
    known: Mapping[str, Function] = cast("Mapping[str, Function]", TESTS)
    table = {name: known[name] for name in _TESTS} | {"null": known["none"]}
    table |= {name: _of_numbers(known[name]) for name in _NUMBER_TESTS}
    return {name: metered(meter, function) for name, function in table.items()}


def metered(meter: Meter, function: Function) -> Function:
    """Count what goes into a function and what comes out of it."""

    # wraps() also copies the mark by which Jinja knows what to pass first.
    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        taken = [meter.taken(argument) for argument in args]
        named = {name: meter.taken(argument) for name, argument in kwargs.items()}
        return meter.taken(function(*taken, **named))

    return counted


def as_text(value: Any) -> str:
    """Write a scalar as text.

    Raises:
        NotTextError: null, a list or a mapping.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Undefined):
        return str(value)
    raise NotTextError(value)


def replace_text(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    """Replace a text in a text; the result's length is known beforehand."""
    text, old, new = as_text(value), as_text(old), as_text(new)
    hits = text.count(old) if count is None or count < 0 else min(text.count(old), count)
    check_length(len(text) + hits * (len(new) - len(old)))
    return text.replace(old, new, -1 if count is None else count)


def join_texts(separator: str, values: Sequence[Any]) -> str:
    """Join scalars; the result's length is known beforehand."""
    texts = [as_text(value) for value in values]
    check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def format_text(text: str, values: tuple[Any, ...] | Mapping[str, Any]) -> str:
    """Fill a printf-style text with scalars."""
    for spec in _FORMAT_SPEC.finditer(text):
        if not spec["key"] and spec["next"] == "(":
            raise ValueError("a name in % formatting cannot hold brackets")
        for size in (spec["width"], spec["precision"]):
            if size == "*":
                raise ValueError("* is not allowed in % formatting: write the width as a number")
            check_width(int((size or "0")[:10]))
    for value in values.values() if isinstance(values, Mapping) else values:
        as_text(value)
    return text % values


def _of_text(function: Function) -> Function:
    @wraps(function)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        # Where Jinja passes its environment first, the text comes second.
        at = 1 if isinstance(args[0], Environment) else 0
        return function(*args[:at], as_text(args[at]), *args[at + 1 :], **kwargs)

    return filtered


def _costly(meter: Meter, function: Function) -> Function:
    @wraps(function)
    def filtered(value: Any, *args: Any, **kwargs: Any) -> Any:
        text = as_text(value)
        meter.weigh_costly(text)
        return function(text, *args, **kwargs)

    return filtered


def _of_numbers(function: Function) -> Function:
    @wraps(function)
    def tested(*numbers: Any) -> Any:
        # They use %, which would fill in a text without any bound.
        for number in numbers:
            if not isinstance(number, int | float):
                raise TypeError(f"a number is needed here, not {kind_name(number)}")
        return function(*numbers)

    return tested


def _sorting(meter: Meter, function: Function) -> Function:
    @wraps(function)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        values = next(argument for argument in args if not isinstance(argument, Environment))
        for _ in range(len(values).bit_length() if isinstance(values, list | tuple | dict | str) else 1):
            meter.weigh(values)
        return function(*args, **kwargs)

    return filtered


def _to_json(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _center(value: Any, width: int = 80) -> str:
    return as_text(value).center(check_width(width))


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002 - Jinja's own signature
    text = as_text(value)
    margin = len(width) if isinstance(width, str) else check_width(width)
    check_length(len(text) + (len(text.splitlines()) + 1) * max(margin, 0))
    return str(FILTERS["indent"](text, width, first, blank))


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    if args and kwargs:
        raise TypeError("format takes either values or name=value pairs")
    return format_text(as_text(value), kwargs or args)


@pass_environment
def _join(environment: Environment, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        getter = make_attrgetter(environment, attribute)
        value = [getter(item) for item in value]
    return join_texts(as_text(d), list(value))


def _batch(value: Any, linecount: int, fill_with: Any = None) -> list[Any]:
    if check_width(linecount) < 1:
        raise ValueError("batch needs a size of at least 1")
    return list(FILTERS["batch"](value, linecount, fill_with))


def _slice(value: Any, slices: int, fill_with: Any = None) -> list[Any]:
    if check_width(slices) < 1:
        raise ValueError("slice needs at least 1 part")
    return list(sync_do_slice(list(value), slices, fill_with))


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    # 10 ** precision is computed on the way, whatever its size.
    if not isinstance(value, int | float) or abs(check_width(precision)) > 100:
        raise TypeError(f"cannot round {kind_name(value)} to {precision} digits")
    return FILTERS["round"](value, precision, method)


@pass_environment
def _sum(environment: Environment, value: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    values = list(value)
    if attribute is not None:
        getter = make_attrgetter(environment, attribute)
        values = [getter(item) for item in values]
    total = start
    for item in [start, *values]:
        if not isinstance(item, int | float):
            raise TypeError(f"cannot add up {kind_name(item)}")
    for item in values:
        total = bounded(total + item)
    return total
