"""What is asked of a folder with media files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

_SETTLED_NS = 2_000_000_000
"""A file that was written longer ago cannot be written again and keep its stamp.

Clocks of file systems tick slowly, that of FAT every two seconds. Git calls a younger file "racily clean".
"""


class Stamp(Protocol):
    """By which a file's content is known again."""

    @property
    def key(self) -> str:
        """Of the same key is the same content, unless it was written a moment ago."""
        ...

    @property
    def changed_ns(self) -> int:
        """When it was last written or put there, in nanoseconds; 0 of what never changes."""
        ...


class FileSource(Protocol):
    """A folder whose files can be opened, and known again without being opened."""

    @property
    def place(self) -> Path | None:
        """Where it is, by which its facts are kept; None if they are not to be."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file by its relative POSIX path."""
        ...

    def stamp(self, name: str) -> Stamp:
        """Take the stamp of a file without opening it."""
        ...


class Look(NamedTuple):
    """A file as it stood before it was read."""

    at_ns: int
    stamp: Stamp

    @property
    def is_settled(self) -> bool:
        """Whether what is written from now on must change the stamp."""
        return self.at_ns - self.stamp.changed_ns > _SETTLED_NS


Now = Callable[[], int]
"""Tells the time in nanoseconds, as ``time.time_ns`` does."""


def look_at(source: FileSource, name: str, now: Now) -> Look:
    """Look at a file from outside.

    Raises:
        Sora2BatchError: it is not there, or must not be read.
    """
    return Look(now(), source.stamp(name))
