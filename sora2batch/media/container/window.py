"""A file of which a few bytes are looked at here and there."""

from __future__ import annotations

import os
from typing import BinaryIO


class Window:
    """Reads by place; what lies beyond the end is not there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.length = stream.seek(0, os.SEEK_END)
        """Bytes of the whole file."""

    def at(self, place: int, count: int) -> bytes:
        """Read so many bytes from a place; fewer at the end."""
        if place >= self.length:
            return b""
        self._stream.seek(place)
        return self._stream.read(count)

    def number(self, place: int, count: int) -> int:
        """Read a big-endian number; what is missing counts as 0."""
        return int.from_bytes(self.at(place, count).ljust(count, b"\0"))
