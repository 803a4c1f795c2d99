"""Boxes, of which MP4, QuickTime, AVIF and HEIC are made.

Source: ISO/IEC 14496-12, sections 4.2 and 8.7.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sora2batch.media.container.window import Window

MOST_BOXES = 100_000
"""At the top of a file; a fragmented hour has a few thousand."""
_KNOWN = frozenset(
    {b"ftyp", b"moov", b"moof", b"mdat", b"meta", b"free", b"skip", b"wide", b"uuid", b"mfra", b"sidx"}
)
"""Of these, one that leads out was cut; of others, it is no box at all."""
_HEADER = 8
_LARGE_HEADER = 16
_TO_CHUNKS = (b"mdia", b"minf", b"stbl")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    kind: bytes
    content: int
    """Where its content begins."""
    end: int


def film_fault(file: Window) -> str | None:
    """Say why boxes are no whole film: they must add up to the file, and hold the index of what they hold."""
    return _fault(file, indexes=frozenset({b"moov"}))


def picture_fault(file: Window) -> str | None:
    """Say why boxes are no whole picture; its index is a ``meta``, for moving ones a ``moov``."""
    return _fault(file, indexes=frozenset({b"meta", b"moov"}))


def _fault(file: Window, *, indexes: frozenset[bytes]) -> str | None:
    found: dict[bytes, _Box] = {}
    end = 0
    for number, box in enumerate(_boxes(file, 0, file.length)):
        if box.end > file.length and box.kind not in _KNOWN:
            break
        if box.end > file.length:
            return f"its box {box.kind.decode()} lacks {box.end - file.length:,} bytes"
        if number == MOST_BOXES:
            return f"it has more than {MOST_BOXES:,} boxes"
        found[box.kind] = box
        end = box.end
    if end != file.length:
        return f"what stands at byte {end:,} of {file.length:,} is no box"
    if not indexes & found.keys():
        return f"it has no box {' or '.join(sorted(kind.decode() for kind in indexes))}"
    return _index_fault(file, found)


def _index_fault(file: Window, found: dict[bytes, _Box]) -> str | None:
    """Hold what the index promises against what is there: a file may end just where a box does."""
    moov = found.get(b"moov")
    if moov is None:
        return None
    children = list(_boxes(file, moov.content, moov.end))
    if b"moof" not in found and any(child.kind == b"mvex" for child in children):
        return "it has no box moof, though its index promises fragments"
    if any(_last_chunk(file, child) >= file.length for child in children if child.kind == b"trak"):
        return "its index points beyond its end"
    return None


def _last_chunk(file: Window, track: _Box) -> int:
    """Find where the last chunk of a track begins; 0 where its index does not say."""
    table = track
    for kind in _TO_CHUNKS:
        inner = next((box for box in _boxes(file, table.content, table.end) if box.kind == kind), None)
        if inner is None:
            return 0
        table = inner
    for box in _boxes(file, table.content, table.end):
        width = {b"stco": 4, b"co64": 8}.get(box.kind)
        count = file.number(box.content + 4, 4)
        if width and count and box.content + 8 + count * width <= box.end:
            return file.number(box.content + 8 + (count - 1) * width, width)
    return 0


def _boxes(file: Window, start: int, end: int) -> Iterator[_Box]:
    """Go from box to box, up to the first that is none or that leads out."""
    while start < end and (box := _box_at(file, start, end)):
        yield box
        if box.end > end:
            return
        start = box.end


def _box_at(file: Window, start: int, end: int) -> _Box | None:
    header = file.at(start, _LARGE_HEADER)
    kind = header[4:_HEADER]
    if len(kind) < 4 or not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        return None
    match size := int.from_bytes(header[:4]):
        case 0:
            return _Box(kind=kind, content=start + _HEADER, end=end)
        case 1:
            size = int.from_bytes(header[_HEADER:])
            content = _LARGE_HEADER
        case _:
            content = _HEADER
    if size < content:
        return None
    return _Box(kind=kind, content=start + content, end=start + size)
