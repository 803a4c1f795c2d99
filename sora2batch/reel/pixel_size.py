"""Sizes in pixels; those of frames are even, for the colours of two pixels are one."""

from __future__ import annotations

Size = tuple[int, int]
"""Width and height."""


def even(length: float) -> int:
    """Cut a length down to an even number of pixels."""
    return 2 * int(length / 2)
