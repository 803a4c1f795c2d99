"""Whether files may have changed, without reading them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from sora2batch.manifest.listing import FolderEntry
from sora2batch.manifest.tree import (
    DiskTree,
    FileStamp,
    MissingFileError,
    TreeError,
    file_stamp,
    matching_names,
)

Stamp = tuple[int, int, int] | None
"""Which file it is, its length and when it was written; None where there is none."""


class StampedTree:
    """A tree on disk that takes the stamp of a file before it is read: what is written after that shows."""

    def __init__(self, tree: DiskTree, root: Path) -> None:
        self._tree = tree
        self._root = root
        self.stamps: dict[str, Stamp] = {}
        """Of every file that was asked for and every folder that was listed, from before the first time.

        By their paths, as texts: there may be thousands.
        """

    @property
    def place(self) -> Path:
        """The folder on disk."""
        return self._root

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        self.watch(self._path(name))
        return self._tree.read(name)

    def open(self, name: str) -> BinaryIO:
        """Open a file to be read piece by piece, at any place; whoever opens it closes it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        self.watch(self._path(name))
        return self._tree.open(name)

    def stamp(self, name: str) -> FileStamp:
        """Take the stamp of a file without opening it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        path = self._path(name)
        try:
            found = self._tree.look(name)  # the one look tells both
        except MissingFileError:
            self.stamps.setdefault(path, None)
            raise
        except TreeError:
            self.watch(path)
            raise
        self.stamps.setdefault(path, _short(found))
        return file_stamp(found)

    def names(self, pattern: str) -> tuple[str, ...]:
        """Find the files whose paths match; a file that comes to a folder shows later.

        Raises:
            TreeError: the pattern leads out of the folder, means too much, or a folder cannot be read.
        """
        return matching_names(pattern, self._entries)

    def _entries(self, folder: str) -> Iterable[FolderEntry]:
        self.watch(self._path(folder))
        return self._tree.entries(folder)

    def watch(self, path: str) -> None:
        """Take the stamp of a file that is about to be read in another way."""
        if path not in self.stamps:
            self.stamps[path] = _stamp(path)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def stamps_of(paths: Iterable[str | Path]) -> tuple[Stamp, ...]:
    """Take the stamps of files, which may come and go meanwhile."""
    return tuple(map(_stamp, paths))


def _stamp(path: str | Path) -> Stamp:
    try:
        return _short(os.stat(path))  # noqa: PTH116 - of a thousand pictures
    except (OSError, ValueError):
        return None


def _short(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns
