"""What a scalar of YAML means: the core schema of YAML 1.2, less what JSON cannot carry.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.ground.rule import Rule

TAG_PREFIX = "tag:yaml.org,2002:"

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = {"0o": (8, re.compile(r"[0-7]+")), "0x": (16, re.compile(r"[0-9a-fA-F]+"))}
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class ScalarError(ValueError):
    """A scalar that says something JSON cannot carry, or not what its tag claims."""

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(message)
        self.rule = rule


def plain_value(text: str) -> JsonValue:
    """Tell what an unquoted scalar means: null, a boolean, a number, else the text itself.

    Raises:
        ScalarError: a number out of range, or no number at all (``.nan``).
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return safe_integer(text)
    if _FLOAT.fullmatch(text):
        return finite_float(text)
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(Rule.UNSAFE_VALUE, f"{text} is not a number that JSON can carry")
    base, digits = _BASED.get(text[:2], (0, None))
    if digits is not None and digits.fullmatch(text, 2):
        return safe_integer(text[2:], base)
    return text


def tagged_value(tag: str, text: str) -> JsonValue:
    """Tell what a scalar with an explicit tag means.

    Raises:
        ScalarError: the tag is not one of the core schema, or the text does not fit it.
    """
    name = short_tag(tag)
    if name in ("!", "!!str"):
        return text
    if name not in ("!!int", "!!float", "!!bool", "!!null"):
        raise ScalarError(Rule.BAD_TAG, refused_tag(tag))
    value = plain_value(text)
    match name, value:
        case ("!!float", int() | float()) if not isinstance(value, bool):
            return float(value)
        case ("!!int", int()) if not isinstance(value, bool):
            return value
        case ("!!bool", bool()) | ("!!null", None):
            return value
        case _:
            raise ScalarError(Rule.BAD_TAG, f'"{text}" is tagged {name}, but is none')


def safe_integer(digits: str, base: int = 10) -> int:
    """Read a whole number.

    Raises:
        ScalarError: it is beyond 2**53 - 1, where JSON readers begin to round.
    """
    significant = digits.lstrip("+-0")
    # The largest has 18 octal digits; int() refuses thousands of digits, even of zeros, in words of its own.
    if len(significant) > 18 or (number := int(significant or "0", base)) > SAFE_INTEGER:
        raise ScalarError(Rule.UNSAFE_VALUE, _too_large(digits))
    return -number if digits.startswith("-") else number


def finite_float(text: str) -> float:
    """Read a number with a fraction or exponent.

    Raises:
        ScalarError: it is too large for a float.
    """
    number = float(text)
    if math.isinf(number):
        raise ScalarError(Rule.UNSAFE_VALUE, f"{_brief(text)} is too large a number")
    return number


def short_tag(tag: str) -> str:
    """Write a tag the way people do: ``!!binary``."""
    return f"!!{tag.removeprefix(TAG_PREFIX)}" if tag.startswith(TAG_PREFIX) else tag


def refused_tag(tag: str) -> str:
    """Word why a tag is not taken."""
    allowed = 'a manifest is plain data, and a text that starts with "!" needs quotes'
    return f"the tag {short_tag(tag)} is not allowed; {allowed}"


def _too_large(digits: str) -> str:
    limit = f"is beyond {SAFE_INTEGER}, where JSON numbers stop being exact"
    return f"{_brief(digits)} {limit}; a text needs quotes"


def _brief(digits: str) -> str:
    return digits if len(digits) <= 40 else f"{digits[:37]}..."
