"""A small picture of a result, as a file that any page can hold."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from sora2batch.gallery.sheet.poster import NoPoster, read_poster

_QUALITY = 70


def poster_jpeg(path: Path, box: tuple[int, int]) -> bytes | None:
    """Make a JPEG of one frame of a clip, or of a picture; None of what cannot be shown.

    Args:
        path: a file on this machine.
        box: width and height in pixels that it fits into.
    """
    found = read_poster(path, box)
    if isinstance(found, NoPoster):
        return None
    file = BytesIO()
    found.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
