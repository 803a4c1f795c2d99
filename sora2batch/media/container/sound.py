"""Ogg and plain streams of frames."""

from __future__ import annotations

from sora2batch.media.container.window import Window

_LONGEST_PAGE = 27 + 255 + 255 * 255
_PAGE_HEADER = 27
_END_OF_STREAM = 4


def ogg_fault(file: Window) -> str | None:
    """Say why the last page does not end both the stream and the file.

    Source: RFC 3533, section 6.
    """
    tail = file.at(max(0, file.length - _LONGEST_PAGE), _LONGEST_PAGE)
    page = tail[tail.rfind(b"OggS\0") :]
    if len(page) < _PAGE_HEADER or not page[5] & _END_OF_STREAM:
        return "its stream has no last page"
    sizes = page[_PAGE_HEADER : _PAGE_HEADER + page[26]]
    whole = _PAGE_HEADER + page[26] + sum(sizes)
    return None if len(page) == whole else "its last page is not whole"


def stream_fault(file: Window) -> str | None:
    """Say why nothing follows a tag: frames themselves tell no length."""
    if file.at(0, 3) != b"ID3":
        return None
    # Source: https://id3.org/id3v2.4.0-structure, section 3.1: four bytes of seven bits.
    size = 0
    for byte in file.at(6, 4).ljust(4, b"\x7f"):
        size = size << 7 | byte & 0x7F
    return None if file.length > 10 + size else "it ends within its tag"
