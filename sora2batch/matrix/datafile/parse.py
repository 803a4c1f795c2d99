"""One data file: its values, where each stands, and what may be a slip in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import TypeAlias

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import START, Fault, Position, Problem
from sora2batch.ground.rule import Rule
from sora2batch.manifest.document import Document, parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.suppression import NO_LINT_OPTIONS, idle_comments, judged
from sora2batch.matrix.datafile.csvfile import cell_positions, parse_csv
from sora2batch.matrix.datafile.jsonlines import empty_row, is_empty_row, line_positions, parse_json_lines

_DOCUMENTS = frozenset({".json", ".yaml", ".yml"})
_LINES = frozenset({".jsonl", ".ndjson"})
_Finder: TypeAlias = Callable[[int, str | None], Position]
"""Finds a value by its place, or what it has under a key."""
_FORMULA_ERROR = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!)|Err:5[0-9]{2}"
)
"""What a spreadsheet writes into a cell whose formula went wrong."""
_FORMULA_ERROR_BYTES = re.compile(_FORMULA_ERROR.pattern.encode())


class DataFile:
    """The values of one file, each one value of an axis."""

    def __init__(self, content: bytes, *, name: str, file: str, read: Callable[[], bytes]) -> None:
        """Parse a file of a known ending.

        Args:
            content: its bytes, which are not kept.
            name: as the manifest has it; findings name it so.
            file: as problems name it.
            read: gives the content again, should a place in it be asked for.

        Raises:
            ManifestError: with every problem.
        """
        self._name = name
        self._file = file
        self._read = read
        self._find: _Finder | None = None
        self.findings: list[Problem] = []
        """What may be a slip in it."""
        self.values = self._parse(content)
        """Never empty."""

    def position(self, index: int, key: str | None = None) -> Position:
        """Find where a value is written, or what it has under a key; else its row."""
        if self._find is None:
            self._find = _finder(self._read(), self._file)
        return self._find(index, key)

    def _parse(self, content: bytes) -> tuple[JsonValue, ...]:
        if _ending(self._file) not in _DOCUMENTS:
            values = parse_values(content, file=self._file)
            if _FORMULA_ERROR_BYTES.search(content):
                self.findings += self._formula_errors(values)
            return values
        document = parse_document(content, file=self._file)
        self.findings += self._slips_in(document)
        return _list_in(document)

    def _slips_in(self, document: Document) -> Iterator[Problem]:
        comments = document.ignore_comments
        cuts = [cut.problem(file=self._name) for cut in document.cuts]
        yield from judged(cuts, NO_LINT_OPTIONS, comments, file=self._name)
        yield from idle_comments(comments, file=self._name)

    def _formula_errors(self, values: tuple[JsonValue, ...]) -> Iterator[Problem]:
        """Tell of the first cell that holds a spreadsheet's error, and of how many more do."""
        found = [
            (index, key, cell)
            for index, row in enumerate(values)
            if isinstance(row, dict)
            for key, cell in row.items()
            if isinstance(cell, str) and _FORMULA_ERROR.fullmatch(cell.strip())
        ]
        if found:
            index, key, cell = found[0]
            more = f", as {len(found) - 1:,} more cells" if len(found) > 1 else ""
            message = f'"{cell.strip()}" is a spreadsheet\'s error{more}; it is sent as it stands'
            fault = Fault(path=(index, key), rule=Rule.FORMULA_ERROR, message=message)
            yield fault.at(self._name, self.position(index, key))


def parse_values(content: bytes, *, file: str) -> tuple[JsonValue, ...]:
    """Read the values in a data file of a known ending.

    Raises:
        ManifestError: with every problem; they name ``file``.
    """
    ending = _ending(file)
    if ending in _DOCUMENTS:
        return _list_in(parse_document(content, file=file))
    return parse_json_lines(content, file=file) if ending in _LINES else parse_csv(content, file=file)


def _finder(content: bytes, file: str) -> _Finder:
    """Get ready to find the values of a sound data file, and what they have under a key."""
    ending = _ending(file)
    if ending in _DOCUMENTS:
        document = parse_document(content, file=file)
        return lambda index, key: document.position((index,) if key is None else (index, key))
    if ending in _LINES:
        lines = line_positions(content, file=file)
        return lambda index, _: lines[index]
    rows = cell_positions(content, file=file)
    return lambda index, key: rows[index].get(key, rows[index][None])


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def _list_in(document: Document) -> tuple[JsonValue, ...]:
    file = document.file
    if not isinstance(document.data, list):
        message = "a data file must hold a list: one item for each value of the axis"
        raise ManifestError([document.problem(Fault(rule=Rule.WRONG_TYPE, message=message))])
    if not document.data:
        message = "the list is empty: an axis needs one value at least"
        raise ManifestError([Fault(rule=Rule.NO_VALUES, message=message).at(file, START)])
    if empty := [index for index, value in enumerate(document.data) if is_empty_row(value)]:
        raise ManifestError([empty_row(file, document.position((index,))) for index in empty])
    return tuple(document.data)
