"""CSV -> one mapping per row; every value is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sora2batch.canonical import JsonValue
from sora2batch.manifest.problems import ManifestError
from sora2batch.manifest.text import decode
from sora2batch.problem import Position, Problem
from sora2batch.suggest import listed

Row = tuple[int, list[str]]
"""The line a row starts on, and its fields."""


def parse_csv(content: bytes, *, file: str) -> tuple[JsonValue, ...]:
    """Read rows below a header; blank lines are skipped.

    Raises:
        ManifestError: with every problem; it names ``file``.
    """
    rows = _rows(decode(content, file=file), file)
    if not rows:
        raise ManifestError([_problem(file, 1, "is empty: a header line and a row are needed")])
    (line, header), *body = rows
    problems = [_problem(file, line, message) for message in _header_faults(header)]
    if not body:
        problems.append(_problem(file, line, "has a header but no row: an axis needs one value at least"))
    if not problems:
        problems = [_width_problem(file, row, header) for row in body if len(row[1]) != len(header)]
    if problems:
        raise ManifestError(problems)
    return tuple(dict(zip(header, fields, strict=True)) for _, fields in body)


def row_positions(content: bytes, *, file: str) -> tuple[Position, ...]:
    """Find where each row below the header starts, in content that was read before."""
    return tuple(Position(line, 1) for line, _ in _rows(decode(content, file=file), file)[1:])


def _rows(text: str, file: str) -> list[Row]:
    return list(_read_rows(text, file))


def _read_rows(text: str, file: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"is not CSV: {error}"
            hint = 'a " inside a quoted field is written ""'
            raise ManifestError([_problem(file, line, message, hint)]) from error
        if fields and not (len(fields) == 1 and fields[0].isspace()):
            yield line, fields


def _header_faults(header: list[str]) -> Iterator[str]:
    nameless = [number for number, name in enumerate(header, start=1) if not name.strip()]
    if nameless:
        yield f"column {nameless[0]} of the header has no name"
    for name in dict.fromkeys(name for name in header if name.strip() and header.count(name) > 1):
        yield f'the header names "{name}" twice'


def _width_problem(file: str, row: Row, header: list[str]) -> Problem:
    line, fields = row
    more = len(fields) > len(header)
    message = f"the row has {len(fields)} fields, the header has {len(header)}: {listed(header)}"
    hint = (
        'a value with a comma in it must stand in "quotes"' if more else "an empty value needs its comma too"
    )
    return _problem(file, line, message, hint)


def _problem(file: str, line: int, message: str, hint: str | None = None) -> Problem:
    return Problem(file=file, position=Position(line, 1), message=message, hint=hint)
