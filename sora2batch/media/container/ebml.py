"""Elements, of which WebM and Matroska are made.

Source: RFC 8794, sections 4 to 6.
"""

from __future__ import annotations

from sora2batch.media.container.window import Window

MOST_ELEMENTS = 200_000
_SEGMENT = b"\x18\x53\x80\x67"
_LONGEST_ID = 4
_LONGEST_SIZE = 8


def ebml_fault(file: Window) -> str | None:
    """Say why elements do not add up to a whole file with a segment."""
    place, kinds = 0, set[bytes]()
    for _ in range(MOST_ELEMENTS):
        if place == file.length:
            return None if _SEGMENT in kinds else "it has no segment"
        kind = _id_at(file, place)
        size, content = _size_at(file, place + len(kind)) if kind else (None, 0)
        if not content:
            return f"what stands at byte {place:,} of {file.length:,} is no element"
        kinds.add(kind)
        # An element of unknown length lasts as long as its children: they are looked at instead.
        place = content + (size or 0)
        if place > file.length:
            return f"it lacks {place - file.length:,} bytes"
    return f"it has more than {MOST_ELEMENTS:,} elements"


def _id_at(file: Window, place: int) -> bytes:
    first = file.number(place, 1)
    length = 9 - first.bit_length()
    return file.at(place, length) if length <= _LONGEST_ID else b""


def _size_at(file: Window, place: int) -> tuple[int | None, int]:
    """Read a size, None for an unknown one, and where the content begins: 0 if there is no size."""
    first = file.number(place, 1)
    length = 9 - first.bit_length()
    if length > _LONGEST_SIZE or place + length > file.length:
        return None, 0
    unknown = (1 << 7 * length) - 1
    size = file.number(place, length) & unknown
    return (None if size == unknown else size), place + length
