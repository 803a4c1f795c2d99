"""Which axes are made of files themselves, and not of what a data file says."""

from __future__ import annotations

from pathlib import PurePosixPath

SIGNS = frozenset("*?[{")
"""What makes a name a pattern."""
MEDIA_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"}
    | {".mp4", ".m4v", ".mov", ".webm"}
    | {".mp3", ".wav", ".m4a", ".ogg", ".flac"}
)
"""How files are called of which an axis can be made; what they are is read from their bytes."""


def makes_files(source: str) -> bool:
    """Tell whether what an axis is made from are files themselves: a pattern, or one by its name."""
    return not SIGNS.isdisjoint(source) or PurePosixPath(source).suffix.lower() in MEDIA_ENDINGS
