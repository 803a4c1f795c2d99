"""Whether files may have changed, without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, int, int] | None
"""Which file it is, its length and when it was written; None where there is none."""


def stamps_of(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """Take the stamps of files, which may come and go meanwhile."""
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
