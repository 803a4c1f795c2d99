"""RIFF, of which WebP, WAVE and AVI are made: it says how long it is.

Source: RFC 9649, section 2.3.
"""

from __future__ import annotations

from sora2batch.media.container.window import Window

_HEADER = 8
_UNKNOWN = frozenset({0, 0xFFFFFFFF})
"""What a WAVE that was written as a stream says."""


def riff_fault(file: Window) -> str | None:
    """Say why its length does not fit; large AVIs are several RIFFs in a row."""
    place = 0
    while file.at(place, 4) == b"RIFF":
        size = int.from_bytes(file.at(place + 4, 4), "little")
        if size in _UNKNOWN and file.at(place + _HEADER, 4) == b"WAVE":
            return None
        place += _HEADER + size
        if place > file.length:
            return f"it lacks {place - file.length:,} bytes"
        place += place % 2
    return None if place in {file.length, file.length + 1} else "it goes on after its end"
