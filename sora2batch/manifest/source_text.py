"""Bytes of a file -> text without surprises, and places in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from sora2batch.ground.problem import START, Fault, Position
from sora2batch.ground.rule import Rule
from sora2batch.manifest.conflict import refuse_sides
from sora2batch.manifest.manifest_error import ManifestError

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LINE_END = re.compile(r"\r\n|\n|\r")
# What YAML and JSON let stand in a text, less the rest: https://yaml.org/spec/1.2.2/#51-character-set
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


class Lines:
    """Turns an offset in a text into a place; lines end at LF, CRLF or CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """Tell the place of the character at an offset."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)


def decode(raw: bytes, *, file: str) -> str:
    """Read UTF-8, with or without a byte order mark; control characters and conflict marks are refused.

    Raises:
        ManifestError: names the place of the first byte or character that is wrong.
    """
    if raw.startswith(_WIDE_MARKS) or 0 in raw[:2]:
        raise _not_utf8(file, START, "is UTF-16 or UTF-32 text")
    raw = raw.removeprefix(_UTF8_MARK)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        message = f"the byte 0x{raw[error.start]:02X} is not UTF-8 text"
        place = _end_of(raw[: error.start].decode())
        raise _not_utf8(file, place, message) from error
    if found := _FORBIDDEN.search(text):
        message = f"the control character U+{ord(found[0]):04X} cannot stand in the text"
        fault = Fault(rule=Rule.CONTROL_CHARACTER, message=message, hint="remove it")
        raise ManifestError([fault.at(file, _end_of(text[: found.start()]))])
    refuse_sides(text, file=file)
    return text


def with_plain_breaks(text: str) -> str:
    """End every line with LF, so that a checkout that writes CRLF says the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _not_utf8(file: str, place: Position, message: str) -> ManifestError:
    hint = "save the file as UTF-8"
    if file.lower().endswith(".csv"):
        hint += '; in Excel, as "CSV UTF-8"'
    return ManifestError([Fault(rule=Rule.NOT_UTF8, message=message, hint=hint).at(file, place)])


def _end_of(text: str) -> Position:
    return Lines(text).position(len(text))
