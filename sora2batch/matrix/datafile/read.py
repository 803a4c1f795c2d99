"""Data files of a matrix: one axis value per row."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.problem import Position, Problem
from sora2batch.manifest.tree import Tree

if TYPE_CHECKING:
    from sora2batch.matrix.datafile.parse import DataFile

KNOWN_ENDINGS = (".csv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml")


class DataFiles:
    """Reads the data files of one manifest, each one once."""

    def __init__(self, tree: Tree, name_of: Callable[[str], str]) -> None:
        self._tree = tree
        self._name_of = name_of
        self._files: dict[str, DataFile] = {}
        self._digests: dict[str, str] = {}

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The name of each file that was read with the sha256 of its bytes in hex; sorted."""
        return tuple(sorted(self._digests.items()))

    @property
    def findings(self) -> list[Problem]:
        """What may be a slip in one of them."""
        return [finding for file in self._files.values() for finding in file.findings]

    def values(self, name: str) -> tuple[JsonValue, ...]:
        """Read the values of one axis.

        Shape: never empty.

        Raises:
            ManifestError: the file's content is wrong; its problems stand in that file.
            TreeError: the file cannot or must not be read.
        """
        return self._file(name).values

    def position(self, name: str, index: int, key: str | None = None) -> Position:
        """Find where a value that was read is written, or what it has under a key; else its row."""
        return self._file(name).position(index, key)

    def _file(self, name: str) -> DataFile:
        if name not in self._files:
            from sora2batch.matrix.datafile.parse import DataFile  # noqa: PLC0415  # most manifests name no file

            content = self._tree.read(name)
            self._digests[name] = sha256(content).hexdigest()
            file, read = self._name_of(name), lambda: self._tree.read(name)
            self._files[name] = DataFile(content, name=name, file=file, read=read)
        return self._files[name]


def has_known_ending(name: str) -> bool:
    """Tell whether a file's name says that it is one of those that can be read."""
    return PurePath(name).suffix.lower() in KNOWN_ENDINGS
