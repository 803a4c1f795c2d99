"""The envelope around every answer: ``{success, errorMsg, error_code, data}``, read with suspicion.

Source: SJinn's Tool API page; https://sjinn.ai/docs
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import orjson

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.sjinn.answer import Refusal

LONGEST_TEXT = 500
_LONGEST_CODE = 100
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
"""Beyond it JSON carries no whole number faithfully (RFC 8259, section 6), and no sum of credits is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A body that is an object whose ``success`` is true or false, and nothing else of that name."""

    success: bool
    code: int | str | None
    """``error_code``, or ``code`` where that says nothing; numbers in texts are numbers."""
    message: str
    """``errorMsg`` in one line; may be empty."""
    data: JsonObject
    """Empty where there is none."""
    root: JsonObject
    """The whole body."""

    def refusal(self, *, otherwise: str) -> Refusal:
        """Word why the answer is no."""
        return Refusal(code=self.code, message=self.message or otherwise)


def read_envelope(body: bytes) -> Envelope | None:
    """Parse a body; None if it is no envelope: HTML, cut JSON, a name twice, ``success`` no boolean."""
    root = read_object(body)
    success = root.get("success")
    if not isinstance(success, bool):
        return None
    data = root.get("data")
    return Envelope(
        success=success,
        code=_first_code(root),
        message=text_of(root.get("errorMsg")),
        data=data if isinstance(data, dict) else {},
        root=root,
    )


def read_object(body: bytes) -> JsonObject:
    """Parse a body that should be a JSON object; empty if it is not, or if it says anything twice.

    Of two members with one name parsers take the first, the last, or both (RFC 8259, section 4): what such an
    object says is not known, least of all whether it was charged.
    """
    text = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        value: JsonValue = orjson.loads(text)
        json.loads(text, object_pairs_hook=_refuse_twins, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _refuse_twins(members: list[tuple[str, object]]) -> None:
    if len(dict(members)) != len(members):
        raise ValueError("a name stands twice in one object")


def printable_line(text: str) -> str:
    """Make a stranger's text safe to print: one line, no control characters, at most 500 characters."""
    # More than enough is cut before the work, so that a huge text costs nothing.
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_TEXT])
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def text_of(value: JsonValue) -> str:
    """Read an error text: a string, or an object with a ``message``; else empty."""
    if isinstance(value, dict):
        value = value.get("message")
    return printable_line(value) if isinstance(value, str) else ""


def as_number(value: JsonValue) -> int | float | None:
    """Read a number, or a text that is one; whole floats become integers.

    A boolean is no number, and none is believed beyond ±(2^53 - 1).
    """
    number = as_any_number(value)
    return number if number is not None and -SAFE_INTEGER <= number <= SAFE_INTEGER else None


def as_any_number(value: JsonValue) -> int | float | None:
    """Read a number as ``as_number`` does, however large: for telling that there is one, not for sums."""
    match value:
        case bool():
            return None
        case str() if _INTEGER.fullmatch(value.strip()):
            return int(value)
        case str():
            return _from_decimal(value)
        case float():
            return int(value) if value.is_integer() else value
        case int():
            return value
        case _:
            return None


def _from_decimal(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # JSON knows neither "nan" nor "inf": whoever writes those means no number.
    if number - number != 0:
        return None
    return int(number) if number.is_integer() else number


def _first_code(root: JsonObject) -> int | str | None:
    codes = [_code(root.get("error_code")), _code(root.get("code"))]
    # 0 is "no error": it must not hide what the other field says.
    return next((code for code in codes if code not in {None, 0}), 0 if 0 in codes else None)


def _code(value: JsonValue) -> int | str | None:
    number = as_number(value)
    if isinstance(number, int):
        return number
    if number is None and as_any_number(value) is not None:
        return printable_line(str(value))[:_LONGEST_CODE]
    return (printable_line(value)[:_LONGEST_CODE] or None) if isinstance(value, str) else None
