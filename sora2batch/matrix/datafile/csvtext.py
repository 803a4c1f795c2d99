"""The text of a CSV file -> rows of fields.

Nearly every file is read by the standard library. What that does not take, blanks around quotes, or cannot
tell the place of, a fault, is read here, field by field, and means the same where both can read it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sora2batch.matrix.datafile.delimiter import Layout

FIELD_LIMIT = 131_072
"""Characters; that of the standard library."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field, and the offset at which it begins."""

    text: str
    offset: int


class CsvError(ValueError):
    """A text that is no CSV: what is wrong, and with the field at which offset."""

    def __init__(self, message: str, offset: int, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


def read_rows(text: str, layout: Layout) -> list[list[str]]:
    """Read the fields of every row, the header's included; line ends are LF.

    Raises:
        CsvError: where the text stops being CSV.
    """
    file = io.StringIO(text[layout.start :], newline="\n")
    try:
        rows = list(csv.reader(file, delimiter=layout.delimiter, strict=True))
    except csv.Error:  # a blank behind a quote, or a fault whose place is to be told
        return _read_closely(text, layout)
    return _read_closely(text, layout) if _has_blank_before_quote(text, rows, layout.delimiter) else rows


def _read_closely(text: str, layout: Layout) -> list[list[str]]:
    return [[cell.text for cell in row] for row in read_cells(text, layout)]


def _has_blank_before_quote(text: str, rows: list[list[str]], delimiter: str) -> bool:
    """Tell whether the library took a quote for a character because a blank stands before it."""
    blank = _blank(delimiter)
    if '"' not in text or not any(f'{mark}"' in text for mark in blank):
        return False
    return any(cell[:1] in blank and cell.lstrip(blank)[:1] == '"' for row in rows for cell in row if cell)


def read_cells(text: str, layout: Layout) -> Iterator[list[Cell]]:
    """Read every row with the places of its fields.

    Raises:
        CsvError: while iterating, where the text stops being CSV.
    """
    blank, edge = _blank(layout.delimiter), re.escape(layout.delimiter)
    quoted = re.compile(rf'[{blank}]*"([^"]*(?:""[^"]*)*)"[{blank}]*')
    opened = re.compile(rf'[{blank}]*"')
    plain = re.compile(rf"[^{edge}\n]*")
    at = layout.start
    while at < len(text):
        row: list[Cell] = []
        while True:
            found = quoted.match(text, at)
            end = found.end() if found else _end_of_plain(text, at, opened, plain)
            value = found[1].replace('""', '"') if found else text[at:end]
            row.append(Cell(_checked(value, at), at))
            if found and end < len(text) and text[end] not in (layout.delimiter, "\n"):
                message = f"is not CSV: the field ends with its closing quote, but {text[end]!r} comes next"
                raise CsvError(message, at, 'a " inside a quoted field is written ""')
            at = end + 1
            if end == len(text) or text[end] == "\n":
                break
        yield row


def _end_of_plain(text: str, at: int, opened: re.Pattern[str], plain: re.Pattern[str]) -> int:
    if quote := opened.match(text, at):
        message = "is not CSV: the quote that opens here is never closed"
        raise CsvError(message, quote.end() - 1, 'a " inside a quoted field is written ""')
    found = plain.match(text, at)
    assert found is not None
    return found.end()


def _checked(value: str, offset: int) -> str:
    if len(value) > FIELD_LIMIT:
        message = f"the field that begins here has more than {FIELD_LIMIT:,} characters"
        raise CsvError(message, offset, 'is a closing " missing?')
    return value


def _blank(delimiter: str) -> str:
    return " \xa0" if delimiter == "\t" else " \t\xa0"
