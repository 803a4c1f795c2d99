"""Labels that a sheet's font can write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sora2batch.gallery.sheet.tile import Tile
from sora2batch.ground.typography import is_writable, writable


def with_legible_labels(tiles: Sequence[Tile]) -> tuple[Tile, ...]:
    """Name a value that the font cannot write by its axis and its place there: ``animal 2``.

    Two labels of an axis stay two.
    """
    places: dict[tuple[str, str], dict[str, int]] = {}
    for tile in tiles:
        for axis, label in tile.labels:
            seen = places.setdefault((tile.group, axis), {})
            seen.setdefault(label, len(seen) + 1)
    return tuple(
        replace(
            tile,
            labels=tuple(
                (axis, label if is_writable(label) else f"{writable(axis)} {places[tile.group, axis][label]}")
                for axis, label in tile.labels
            ),
        )
        for tile in tiles
    )
