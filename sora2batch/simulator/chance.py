"""Repeatable chance: the same seed draws the same pictures."""

from __future__ import annotations

from random import Random


def chance(seed: int | bytes) -> Random:
    """Make a generator for looks and lots; nothing secret depends on it."""
    return Random(seed)  # noqa: S311
