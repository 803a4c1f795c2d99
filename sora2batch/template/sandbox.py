"""The environment in which templates run: no way out, and every operation that can grow is bounded.

Source: https://jinja.palletsprojects.com/en/stable/sandbox/
"""

# ruff: noqa: ANN401 - a template handles values of any type
from __future__ import annotations

import operator
from collections.abc import Callable
from math import isfinite
from types import BuiltinMethodType, MethodType
from typing import Any

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.template.filter import (
    as_text,
    filter_table,
    format_text,
    join_texts,
    replace_text,
    test_table,
)
from sora2batch.template.limit import (
    CHARACTERS_A_STEP,
    MAX_BITS,
    MAX_STEPS,
    LimitError,
    Meter,
    bounded,
    check_length,
    check_width,
    kind_name,
)

LOOP_FILTER = "<loop>"
WEIGH_FILTER = "<weigh>"
CONCAT_FILTER = "<concat>"
"""Names that no template can write: the syntax tree is given calls of them before code is made of it."""

GLOBALS: dict[str, Any] = {"range": range, "dict": dict}

_TEXT_METHODS = frozenset(
    (
        *("capitalize", "casefold", "lower", "swapcase", "title", "upper"),
        *("center", "ljust", "rjust", "zfill", "lstrip", "rstrip", "strip", "removeprefix", "removesuffix"),
        *("count", "endswith", "find", "index", "rfind", "rindex", "startswith"),
        *("join", "partition", "replace", "rpartition", "rsplit", "split", "splitlines"),
        *("isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric"),
        *("isprintable", "isspace", "istitle", "isupper"),
    )
)
_LOOP_ATTRIBUTES = frozenset(
    (
        *("changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length"),
        *("nextitem", "previtem", "revindex", "revindex0"),
    )
)
_METHODS: dict[type, frozenset[str]] = {
    str: _TEXT_METHODS,
    list: frozenset({"copy", "count", "index"}),
    tuple: frozenset({"count", "index"}),
    dict: frozenset({"copy", "get", "items", "keys", "values"}),
    LoopContext: _LOOP_ATTRIBUTES,
}
_SCOPES = frozenset({"_loop_vars", "_block_vars"})
"""What Jinja passes along with every call inside a loop."""
_PADDING = frozenset({"center", "ljust", "rjust", "zfill"})
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def not_defined(name: str) -> str:
    """Word that a template uses a name that stands for nothing."""
    return f'"{name}" is not defined'


class Missing(StrictUndefined):
    """A name or a key that is not there; every use of it but ``default`` and ``is defined`` is an error."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return not_defined(str(self._undefined_name))
        return _no_such_key(self._undefined_obj, self._undefined_name)


def _no_such_key(value: Any, key: Any) -> str:
    shown = f'"{key}"' if isinstance(key, str) else kind_name(key) if not isinstance(key, int) else str(key)
    if not isinstance(value, dict):
        return f"{kind_name(value)} has no {shown}"
    near = did_you_mean(key, value)
    has = f"it has {listed(list(value)[:20])}" if value else "it is empty"
    return f"the mapping has no {shown} ({near + ' ' if near else ''}{has})"


class Sandbox(ImmutableSandboxedEnvironment):
    """Runs templates; what they do is counted by ``meter``."""

    intercepted_binops = frozenset(_ARITHMETIC)

    def __init__(self, meter: Meter) -> None:
        # Folding constants would do the work of a hostile template while it is compiled.
        super().__init__(
            undefined=Missing,
            finalize=_finalize,
            keep_trailing_newline=True,
            optimized=False,
            autoescape=False,
            cache_size=0,
        )
        self.meter = meter
        self.globals = dict(GLOBALS)
        self.tests = dict[str, Any](test_table(meter))
        self.filters = filter_table(meter) | {
            LOOP_FILTER: meter.each,
            WEIGH_FILTER: self._weighed,
            CONCAT_FILTER: self._concat,
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read ``obj.attribute``: a mapping's key before its methods, and nothing that is not listed."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if attribute in _METHODS.get(type(obj), ()):
            return getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return obj._fail_with_undefined_error()  # noqa: SLF001 - the way Jinja raises it
        if isinstance(obj, str) and attribute in {"format", "format_map"}:
            raise SecurityError(
                '.format() is not available: use the filter, "%s" | format(value), or join with ~'
            )
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Read ``obj[argument]``; never an attribute."""
        if isinstance(obj, Undefined):
            return obj._fail_with_undefined_error()  # noqa: SLF001
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Call a method that is listed, or a global."""
        taken = [self.meter.taken(argument) for argument in args]
        named = {name: self.meter.taken(argument) for name, argument in kwargs.items() if name not in _SCOPES}
        if function is range:
            return bounded_range(*taken)
        if function is dict:
            return self.meter.taken(dict(*taken, **named))
        if isinstance(function, Undefined):
            return function._fail_with_undefined_error()  # noqa: SLF001
        if not isinstance(function, BuiltinMethodType | MethodType):
            raise SecurityError(f"{kind_name(function)} cannot be called")
        return self.meter.taken(self._call_method(function, taken, named))

    def _call_method(
        self, method: BuiltinMethodType | MethodType, args: list[Any], named: dict[str, Any]
    ) -> Any:
        owner, name = method.__self__, method.__name__
        if name not in _METHODS.get(type(owner), ()):
            raise SecurityError(f"{name} cannot be called")
        if not isinstance(owner, LoopContext):
            self.meter.weigh(owner)
        if isinstance(owner, str) and name == "replace":
            return replace_text(owner, *args, **named)
        if isinstance(owner, str) and name == "join":
            return join_texts(owner, list(*args))
        if name in _PADDING:
            args[0] = check_width(args[0])
        return method(*args, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja's
        """Compute ``left operator right``."""
        self.meter.tick()
        for side in (left, right):
            if isinstance(side, Undefined):
                return side._fail_with_undefined_error()  # noqa: SLF001
        if operator == "%" and isinstance(left, str):
            self.meter.weigh_costly(left)
            return self.meter.taken(format_text(left, _format_values(right)))
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _compute(operator, left, right)
        return self._grow(operator, left, right)

    def _grow(self, operator: str, left: Any, right: Any) -> Any:
        """Add or multiply texts and lists."""
        both = (type(left), type(right))
        if operator == "+" and both in {(str, str), (list, list), (tuple, tuple)}:
            self._foresee(left, len(left) + len(right))
            return left + right
        if operator == "*" and isinstance(left, int):
            left, right = right, left
        if operator == "*" and isinstance(left, str | list | tuple) and isinstance(right, int):
            self._foresee(left, len(left) * max(right, 0))
            return left * right
        advice = ": join texts with ~" if operator == "+" and str in both else ""
        raise TypeError(f"{kind_name(left)} {operator} {kind_name(right)} cannot be computed{advice}")

    def _foresee(self, kind: str | list[Any] | tuple[Any, ...], length: int) -> None:
        """Count a text or a list before it is made."""
        if isinstance(kind, str):
            check_length(length)
            self.meter.tick(length // CHARACTERS_A_STEP)
        else:
            self.meter.tick(length)

    def _weighed(self, value: Any) -> Any:
        self.meter.weigh(value)
        return value

    def _concat(self, values: list[Any]) -> str:
        self.meter.weigh(values)
        return join_texts("", values)


def bounded_range(*args: Any) -> range:
    """Make a range that is not absurdly long; its numbers are counted when they are used.

    Raises:
        LimitError: it is.
    """
    numbers = range(*args)
    # len() overflows for the longest, which is refused just so.
    if len(numbers) > MAX_STEPS:
        raise LimitError(f"asks for a range of more than {MAX_STEPS:,} numbers")
    return numbers


def _compute(operator: str, left: float, right: float) -> Any:
    are_whole = isinstance(left, int) and isinstance(right, int)
    if operator == "**" and are_whole and int(left).bit_length() * int(right) > MAX_BITS:
        raise LimitError(f"makes a number of more than {MAX_BITS:,} bits")
    result = _ARITHMETIC[operator](left, right)
    if isinstance(result, complex) or not isfinite(result):
        raise ValueError(f"{left} {operator} {right} gives no finite number")
    return bounded(result)


def _format_values(values: Any) -> Any:
    return values if isinstance(values, tuple | dict) else (values,)


# The context is never asked, but with it Jinja leaves constants to the rendering, where steps are counted.
@pass_context
def _finalize(context: Context, value: Any) -> Any:  # noqa: ARG001
    return value if isinstance(value, str) else as_text(value)
