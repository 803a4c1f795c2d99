"""Whether files may have changed, without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sora2batch.manifest.tree import Tree

Stamp = tuple[int, int, int] | None
"""Which file it is, its length and when it was written; None where there is none."""


class StampedTree:
    """A tree on disk that takes the stamp of a file before it is read: what is written after that shows."""

    def __init__(self, tree: Tree, root: Path) -> None:
        self._tree = tree
        self._root = root
        self.stamps: dict[Path, Stamp] = {}
        """Of every file that was asked for, from before the first time."""

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        self.stamp(self._root / name)
        return self._tree.read(name)

    def stamp(self, path: Path) -> None:
        """Take the stamp of a file that is about to be read in another way."""
        if path not in self.stamps:
            self.stamps[path] = _stamp(path)


def stamps_of(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """Take the stamps of files, which may come and go meanwhile."""
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
