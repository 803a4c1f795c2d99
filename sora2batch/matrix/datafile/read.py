"""Data files of a matrix: one axis value per row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import TypeAlias

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import START, Fault, Position
from sora2batch.ground.rule import Rule
from sora2batch.manifest.document import Document, parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import Tree
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
KNOWN_ENDINGS = (".csv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml")


class DataFiles:
    """Reads the data files of one manifest, each one once."""

    def __init__(self, tree: Tree, name_of: Callable[[str], str]) -> None:
        self._tree = tree
        self._name_of = name_of
        self._values: dict[str, tuple[JsonValue, ...]] = {}
        self._digests: dict[str, str] = {}
        self.notices: list[str] = []
        """What may be a slip in one of them."""
        self._finders: dict[str, _Finder] = {}

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The name of each file that was read with the sha256 of its bytes in hex; sorted."""
        return tuple(sorted(self._digests.items()))

    def values(self, name: str) -> tuple[JsonValue, ...]:
        """Read the values of one axis.

        Shape: never empty.

        Raises:
            ManifestError: the file's content is wrong; its problems stand in that file.
            TreeError: the file cannot or must not be read.
        """
        if name not in self._values:
            self._values[name] = self._read(name)
        return self._values[name]

    def position(self, name: str, index: int, key: str | None = None) -> Position:
        """Find where a value that was read is written, or what it has under a key; else its row."""
        if name not in self._finders:
            self._finders[name] = _finder(self._tree.read(name), self._name_of(name))
        return self._finders[name](index, key)

    def _read(self, name: str) -> tuple[JsonValue, ...]:
        content = self._tree.read(name)
        self._digests[name] = sha256(content).hexdigest()
        file = self._name_of(name)
        if _ending(name) not in _DOCUMENTS:
            values = parse_values(content, file=file)
            if _FORMULA_ERROR_BYTES.search(content):
                self.notices += self._formula_errors(name, values)
            return values
        document = parse_document(content, file=file)
        self.notices += [str(cut.problem(file=name)) for cut in document.cuts]
        return _list_in(document)

    def _formula_errors(self, name: str, values: Sequence[JsonValue]) -> Iterator[str]:
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
            position = self.position(name, index, key)
            yield str(Fault(path=(index, key), rule=Rule.FORMULA_ERROR, message=message).at(name, position))


def has_known_ending(name: str) -> bool:
    """Tell whether a file's name says that it is one of those that can be read."""
    return _ending(name) in KNOWN_ENDINGS


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
