"""JPEG, PNG, GIF and BMP: where such a picture ends."""

from __future__ import annotations

from sora2batch.media.container.window import Window

_MOST_PARTS = 200_000
_TAIL = 64 * 1024
_PADDING = b"\0\xff\r\n "
"""What cameras and editors fill up with after the end of a JPEG."""
END_OF_IMAGE = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})
"""Marks without a length, which have no place among the segments: the end of image is one of them."""
_PNG_SIGNATURE = 8
_CHUNK = 12
"""Length, name and checksum."""


def jpeg_fault(file: Window) -> str | None:
    """Say why this is no JPEG from its start to its end of image.

    A preview within its segments has an end of its own, so the segments are passed over; where they make no
    sense, which viewers put up with, the end alone decides. Source: ITU-T T.81, annex B.
    """
    picture = after_segments(file)
    if picture > file.length:
        return f"its segments lack {picture - file.length:,} bytes"
    start = max(picture, file.length - _TAIL)
    if not file.at(start, _TAIL).rstrip(_PADDING).endswith(END_OF_IMAGE):
        return "it has no end of image"
    return None


def after_segments(file: Window) -> int:
    """Find where the segments before the first scan end, or stop making sense."""
    place = 2
    for _ in range(_MOST_PARTS):
        mark, kind = file.at(place, 2).ljust(2, b"\0")
        size = file.number(place + 2, 2)
        if mark != 0xFF or kind in _BARE or (kind != 0xFF and size < 2):
            break
        place += 1 if kind == 0xFF else 2 + size
        if kind == _START_OF_SCAN or place > file.length:
            break
    return place


def png_fault(file: Window) -> str | None:
    """Say why this is no PNG of which the last chunk ends the file.

    Source: https://www.w3.org/TR/png-3/#5DataRep
    """
    place, kind = _PNG_SIGNATURE, b""
    for number in range(_MOST_PARTS):
        kind = file.at(place + 4, 4)
        if not kind.isalpha() or (number == 0 and kind != b"IHDR"):
            return f"what stands at byte {place:,} of {file.length:,} is no chunk"
        place += _CHUNK + file.number(place, 4)
        if place > file.length:
            return f"its chunk {kind.decode()} lacks {place - file.length:,} bytes"
        if kind == b"IEND":
            break
    return None if kind == b"IEND" and place == file.length else "it goes on after its last chunk"


def gif_fault(file: Window) -> str | None:
    """Say why this is no GIF that ends with its trailer.

    Source: GIF89a specification, section 27.
    """
    return None if file.at(file.length - 2, 2) == b"\0\x3b" else "it has no trailer"


def bmp_fault(file: Window) -> str | None:
    """Say why a bitmap is shorter than it says; some say nothing."""
    lacking = int.from_bytes(file.at(2, 4), "little") - file.length
    return f"it lacks {lacking:,} bytes" if lacking > 0 else None
