"""Fewer cells: every pair of values once (pairwise), or a draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import combinations_with_replacement
from typing import Protocol, assert_never

from sora2batch.ground.canonical import canonical_json
from sora2batch.manifest.model import Pairwise, RandomDraw, Sample
from sora2batch.matrix.grid import ABSENT, Grid, Places

_FEW_ATOMS = 5000


def sample_cells(grid: Grid, sample: Sample) -> Grid:
    """Keep some of a grid's cells, in their order; the same ones on every machine."""
    if not grid.columns:
        return grid
    match sample:
        case Pairwise():
            return grid.only(pairwise(grid.cells))
        case RandomDraw():
            return grid.only(_draw(grid, sample))
        case _:
            assert_never(sample)


def _draw(grid: Grid, sample: RandomDraw) -> list[int]:
    """Rank the cells by a hash of what they are: a new value leaves most of an earlier draw in place."""
    indices = range(len(grid.cells))
    if sample.count >= len(indices):
        return list(indices)

    def rank(index: int) -> bytes:
        return sha256(b"%d:" % sample.seed + canonical_json(grid.values(index))).digest()

    return sorted(sorted(indices, key=rank)[: sample.count])


def pairwise(cells: Sequence[Places]) -> list[int]:
    """Choose few cells in which each pair of values that meets anywhere still meets, and each value occurs.

    Shape: indices, ascending.
    """
    atoms = _atoms(cells)
    chosen = _choose(atoms)
    return sorted(_without_needless(chosen, atoms))


def _atoms(cells: Sequence[Places]) -> list[Places]:
    """Number each (column, place): a cell becomes the set of its numbers."""
    numbers: dict[tuple[int, int], int] = {}
    return [
        tuple(
            numbers.setdefault((column, place), len(numbers))
            for column, place in enumerate(places)
            if place != ABSENT
        )
        for places in cells
    ]


class _OpenPairs(Protocol):
    """The pairs of atoms that no chosen cell covers yet; an atom with itself is a pair too."""

    def gain(self, cell: Places) -> int:
        """Tell how many open pairs a cell would cover."""
        ...

    def cover(self, cell: Places) -> None:
        """Close the pairs of a cell."""
        ...

    def __bool__(self) -> bool: ...


class _BitPairs:
    """For each atom the atoms it has yet to meet, as bits: fast, and small while atoms are few."""

    def __init__(self, cells: Sequence[Places], atom_count: int) -> None:
        self._open = [0] * atom_count
        for cell in cells:
            mask = _mask(cell)
            for atom in cell:
                self._open[atom] |= mask
        self._left = (sum(bits.bit_count() for bits in self._open) + atom_count) // 2

    def gain(self, cell: Places) -> int:
        mask = _mask(cell)
        own = sum(self._open[atom] >> atom & 1 for atom in cell)
        return (sum((self._open[atom] & mask).bit_count() for atom in cell) + own) // 2

    def cover(self, cell: Places) -> None:
        self._left -= self.gain(cell)
        unmet = ~_mask(cell)
        for atom in cell:
            self._open[atom] &= unmet

    def __bool__(self) -> bool:
        return self._left > 0


def _mask(cell: Places) -> int:
    mask = 0
    for atom in cell:
        mask |= 1 << atom
    return mask


class _SetPairs:
    """The open pairs one by one: for columns of many thousand values, whose bits would fill the memory."""

    def __init__(self, cells: Sequence[Places]) -> None:
        self._open = {pair for cell in cells for pair in _pairs(cell)}

    def gain(self, cell: Places) -> int:
        return sum(pair in self._open for pair in _pairs(cell))

    def cover(self, cell: Places) -> None:
        self._open.difference_update(_pairs(cell))

    def __bool__(self) -> bool:
        return bool(self._open)


def _choose(cells: Sequence[Places]) -> list[int]:
    """Take, again and again, a cell that covers the most pairs still open.

    A cell waits in the bucket of the gain it had when last looked at. Gains only fall, so a cell of the
    highest bucket whose gain still holds is a best one, and each cell moves down a few times at most.
    """
    atom_count = 1 + max((atom for cell in cells for atom in cell), default=-1)
    pairs: _OpenPairs = _BitPairs(cells, atom_count) if atom_count <= _FEW_ATOMS else _SetPairs(cells)
    buckets = _by_greatest_gain(cells)
    chosen: list[int] = []
    for gain in range(len(buckets) - 1, 0, -1):
        for index in buckets[gain]:
            if not pairs:
                return chosen
            actual = pairs.gain(cells[index])
            if actual < gain:
                buckets[actual].append(index)
            else:
                chosen.append(index)
                pairs.cover(cells[index])
        buckets[gain].clear()
    return chosen


def _by_greatest_gain(cells: Sequence[Places]) -> list[list[int]]:
    greatest = [len(cell) * (len(cell) + 1) // 2 for cell in cells]
    buckets: list[list[int]] = [[] for _ in range(max(greatest, default=0) + 1)]
    for index, gain in enumerate(greatest):
        buckets[gain].append(index)
    return buckets


def _without_needless(chosen: list[int], cells: list[Places]) -> Iterator[int]:
    """Drop, the last chosen first, the cells whose pairs all occur in others that stay."""
    uses = Counter(pair for index in chosen for pair in _pairs(cells[index]))
    for index in reversed(chosen):
        pairs = list(_pairs(cells[index]))
        if pairs and all(uses[pair] > 1 for pair in pairs):
            uses.subtract(pairs)
        else:
            yield index


def _pairs(cell: Places) -> Iterator[tuple[int, int]]:
    return combinations_with_replacement(cell, 2)
