"""JPEG, PNG and GIF: where such a picture ends."""

from __future__ import annotations

from sora2batch.sjinn.container.window import Window

_MOST_PARTS = 200_000
_TAIL = 64 * 1024
_PADDING = b"\0\xff\r\n "
"""What cameras and editors fill up with after the end of a JPEG."""
_END_OF_IMAGE = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_SIGNATURE = 8
_CHUNK = 12
"""Length, name and checksum."""


def jpeg_fault(file: Window) -> str | None:
    """Say why this is no JPEG from its start to its end of image.

    Source: ITU-T T.81, annex B.
    """
    scan = _scan_of(file)
    if scan is None:
        return "its segments lead to no scan"
    start = max(scan, file.length - _TAIL)
    if not file.at(start, _TAIL).rstrip(_PADDING).endswith(_END_OF_IMAGE):
        return "it has no end of image"
    return None


def _scan_of(file: Window) -> int | None:
    """Follow the segments to the first scan, past a frame header; a preview within them is passed over."""
    place, has_frame = 2, False
    for _ in range(_MOST_PARTS):
        mark, kind = file.at(place, 2).ljust(2, b"\0")
        if mark != 0xFF:
            return None
        if kind == 0xFF:
            place += 1
            continue
        if kind == _START_OF_SCAN:
            return place + 2 + file.number(place + 2, 2) if has_frame else None
        has_frame |= kind in _FRAMES
        place += 2 if kind in _STANDALONE else 2 + max(2, file.number(place + 2, 2))
    return None


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
