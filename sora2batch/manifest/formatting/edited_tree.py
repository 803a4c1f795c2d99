"""A folder as it would stand with one of its files written anew."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sora2batch.manifest.tree import FileStamp, FileTree


class EditedTree:
    """A folder in which one file says something else."""

    def __init__(self, tree: FileTree, name: str, content: bytes) -> None:
        self._tree = tree
        self._name = name
        self._content = content

    @property
    def place(self) -> Path | None:
        """The folder on disk."""
        return self._tree.place

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        return self._content if name == self._name else self._tree.read(name)

    def open(self, name: str) -> BinaryIO:
        """Open a file to be read piece by piece, at any place; whoever opens it closes it.

        Raises:
            TreeError: as above.
        """
        return self._tree.open(name)

    def stamp(self, name: str) -> FileStamp:
        """Take the stamp of a file without opening it.

        Raises:
            TreeError: as above.
        """
        return self._tree.stamp(name)

    def names(self, pattern: str) -> tuple[str, ...]:
        """Find the files whose paths match.

        Raises:
            TreeError: the pattern leads out of the folder, means too much, or a folder cannot be read.
        """
        return self._tree.names(pattern)
