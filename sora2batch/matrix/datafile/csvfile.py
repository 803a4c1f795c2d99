"""CSV -> one mapping per row; every value is text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import START, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import listed
from sora2batch.manifest.conflict import DIVIDER, conflict_in, divider_offsets
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.source_text import Lines, decode, with_plain_breaks
from sora2batch.matrix.datafile.csvtext import Cell, CsvError, read_cells, read_rows
from sora2batch.matrix.datafile.delimiter import Layout, find_layout

_SHOWN = 40
_MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def parse_csv(content: bytes, *, file: str) -> tuple[JsonValue, ...]:
    """Read rows below a header; a spreadsheet's empty rows, and its empty columns at the end, are none.

    Raises:
        ManifestError: with every problem; it names ``file``.
    """
    text = with_plain_breaks(decode(content, file=file))
    layout = find_layout(text, file=file)
    try:
        _refuse_dividers(text, layout, file)
        rows = [row for row in read_rows(text, layout) if any(map(str.strip, row))]
    except CsvError as error:
        fault = Fault(rule=Rule.CSV_SYNTAX, message=error.message, hint=error.hint)
        raise ManifestError([fault.at(file, Lines(text).position(error.offset))]) from error
    header = _header(rows[0]) if rows else []
    if not _is_sound(header, rows):
        raise ManifestError(_Faults(text, layout, file).problems())
    return tuple(dict(zip(header, fields, strict=False)) for fields in rows[1:])


def cell_positions(content: bytes, *, file: str) -> tuple[dict[str | None, Position], ...]:
    """Find where each field starts in each row below the header, in content that was read before.

    Shape: by the name of its column; under None the row itself.
    """
    text = with_plain_breaks(decode(content, file=file))
    layout = find_layout(text, file=file)
    rows = [row for row in read_cells(text, layout) if any(cell.text.strip() for cell in row)]
    header, place = _header(cell.text for cell in rows[0]), Lines(text).position
    return tuple(
        {None: place(row[0].offset)}
        | {name: place(cell.offset) for name, cell in zip(header, row, strict=False)}
        for row in rows[1:]
    )


def _refuse_dividers(text: str, layout: Layout, file: str) -> None:
    """Refuse a conflict mark that is a row of its own; inside quotes, the same line is somebody's text."""
    if offsets := divider_offsets(text):
        for row in read_cells(text, layout):
            if row[0].offset in offsets and row[0].text.strip() == DIVIDER:
                raise conflict_in(text, row[0].offset, file=file)


def _header(fields: Iterable[str]) -> list[str]:
    """Clean the names of the columns, without those at the end that have none."""
    names = [field.strip() for field in fields]
    while names and not names[-1]:
        names.pop()
    return names


def _is_sound(header: list[str], rows: list[list[str]]) -> bool:
    """Tell whether there is a row, every column has a name of its own, and every row fits."""
    width = len(header)
    return (
        len(rows) > 1
        and all(header)
        and len(set(header)) == width
        and all(len(row) == width or _fits(row, width) for row in rows)
    )


def _fits(row: list[str], width: int) -> bool:
    return len(row) > width and not any(map(str.strip, row[width:]))


class _Faults:
    """Finds what is wrong with a table, and where."""

    def __init__(self, text: str, layout: Layout, file: str) -> None:
        self._file = file
        self._delimiter = layout.delimiter
        self._lines = Lines(text)
        self._rows = [row for row in read_cells(text, layout) if any(cell.text.strip() for cell in row)]

    def problems(self) -> list[Problem]:
        """Word everything that is wrong with the header, else with the rows."""
        if not self._rows:
            message = "is empty: a header line and a row are needed"
            return [Fault(rule=Rule.NO_VALUES, message=message).at(self._file, START)]
        header = _header(cell.text for cell in self._rows[0])
        faults = list(_header_faults(header))
        if len(self._rows) == 1:
            message = "has a header but no row: an axis needs one value at least"
            faults.append(Fault(rule=Rule.NO_VALUES, message=message))
        if faults:
            return [self._problem(self._rows[0][0], fault) for fault in faults]
        return [problem for row in self._rows[1:] for problem in self._row_problems(row, header)]

    def _row_problems(self, row: list[Cell], header: list[str]) -> Iterator[Problem]:
        if len(row) == len(header) or _fits([cell.text for cell in row], len(header)):
            return
        if len(header) < len(row) <= len(self._rows[0]):
            cell = next(cell for cell in row[len(header) :] if cell.text.strip())
            column = f"column {row.index(cell) + 1} of the header"
            message = f"{column} has no name, but this row has {_quoted(cell)} there"
            hint = "name the column, or empty the cell"
            yield self._problem(cell, Fault(rule=Rule.UNNAMED_COLUMN, message=message, hint=hint))
            return
        message = f"the row has {len(row)} fields, the header has {len(header)}: {listed(header)}"
        mark = _MARKS[self._delimiter]
        more = f'a value with a {mark} in it must stand in "quotes"'
        hint = more if len(row) > len(header) else f"an empty value needs its {mark} too"
        yield self._problem(row[0], Fault(rule=Rule.UNEVEN_ROW, message=message, hint=hint))

    def _problem(self, cell: Cell, fault: Fault) -> Problem:
        return fault.at(self._file, self._lines.position(cell.offset))


def _header_faults(header: list[str]) -> Iterator[Fault]:
    if not all(header):
        message = f"column {header.index('') + 1} of the header has no name"
        yield Fault(rule=Rule.UNNAMED_COLUMN, message=message)
    for name in dict.fromkeys(name for name in header if name and header.count(name) > 1):
        yield Fault(rule=Rule.DUPLICATE_KEY, message=f'the header names "{name}" twice')


def _quoted(cell: Cell) -> str:
    text = " ".join(cell.text.split())
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}..."'
