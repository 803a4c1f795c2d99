"""Bytes of a file -> text without surprises, and places in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from sora2batch.ground.problem import START, Position, Problem
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
        raise _refusal(file, START, "is UTF-16 or UTF-32 text", _way_to_utf8(file))
    raw = raw.removeprefix(_UTF8_MARK)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        message = f"the byte 0x{raw[error.start]:02X} is not UTF-8 text"
        place = _end_of(raw[: error.start].decode())
        raise _refusal(file, place, message, _way_to_utf8(file)) from error
    if found := _FORBIDDEN.search(text):
        message = f"the control character U+{ord(found[0]):04X} cannot stand in the text"
        raise _refusal(file, _end_of(text[: found.start()]), message, "remove it")
    refuse_sides(text, file=file)
    return text


def with_plain_breaks(text: str) -> str:
    """End every line with LF, so that a checkout that writes CRLF says the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _way_to_utf8(file: str) -> str:
    way = "save the file as UTF-8"
    return f'{way}; in Excel, as "CSV UTF-8"' if file.lower().endswith(".csv") else way


def _end_of(text: str) -> Position:
    return Lines(text).position(len(text))


def _refusal(file: str, place: Position, message: str, hint: str) -> ManifestError:
    return ManifestError([Problem(file=file, position=place, message=message, hint=hint)])
