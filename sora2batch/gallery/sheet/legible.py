"""Labels that a reader can tell apart, though some may be spelled in English letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sora2batch.gallery.sheet.tile import Tile
from sora2batch.typography.typesetter import Typesetter


def with_legible_labels(tiles: Sequence[Tile], typesetter: Typesetter) -> tuple[Tile, ...]:
    """Number labels of an axis that are written alike.

    Where no font has Chinese, 胡 and 湖 are ``Hu`` and ``Hu 2``.
    """
    written: dict[tuple[str, str], dict[str, str]] = {}
    for tile in tiles:
        for axis, label in tile.labels:
            labels = written.setdefault((tile.group, axis), {})
            if label not in labels:
                labels[label] = _unlike(typesetter.written(label), frozenset(labels.values()))
    return tuple(
        replace(tile, labels=tuple((axis, written[tile.group, axis][label]) for axis, label in tile.labels))
        for tile in tiles
    )


def _unlike(label: str, others: frozenset[str]) -> str:
    number = 2
    own = label
    while own in others:
        own = f"{label} {number}"
        number += 1
    return own
