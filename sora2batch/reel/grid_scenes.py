"""Axes side by side: a frame with a place for each combination, its rows and columns named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sora2batch.ground.errors import UsageError
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.reel.edit_list import Box, Caption, Footage, Placed, Scene
from sora2batch.reel.format_choice import bounded, size_of_most
from sora2batch.reel.pixel_size import Size, even
from sora2batch.reel.reel_settings import ReelSettings
from sora2batch.reel.scene_title import GROUP, TAKE, Titles

MOST_CELLS = 64
_GAP = 4
_CAPTION = 15
"""A caption's height: the frame's shorter side by this."""
_ROW_NAMES = 7
"""The width of the names of rows: the frame's width by this, at most."""

Labels = Mapping[str, str]


class _Axes(NamedTuple):
    """What goes down and what goes across; down may be nothing."""

    down: str | None
    across: str


def grids_of(footage: Sequence[Footage], settings: ReelSettings) -> tuple[Size, list[Scene]]:
    """Make a scene of each combination of the other axes, and choose the size of the frame.

    Raises:
        UsageError: there is no such axis, no clip has a place, or too many would be side by side.
    """
    axes = _axes_meant(footage, settings.grid or ())
    footage = _with_a_place(footage, axes)
    rows = _labels(footage, axes.down) if axes.down else [""]
    columns = _labels(footage, axes.across)
    if len(rows) * len(columns) > MOST_CELLS:
        raise UsageError(
            f"--grid: {len(rows)} x {len(columns)} clips side by side are too many; {MOST_CELLS} can be",
            hint="--where AXIS=VALUE leaves some out, and other axes may have fewer values",
        )
    size = settings.size or _frame_size(size_of_most(footage), len(rows), len(columns))
    layout = _Layout(size, rows, columns, has_row_names=axes.down is not None)
    titles = Titles(footage, without=[axis for axis in axes if axis])
    scenes = [
        Scene(
            title=titles.shared(together[0]) if settings.titles else "",
            placed=tuple(
                Placed(one, layout.cell(_place(one, axes.down, rows), _place(one, axes.across, columns)))
                for one in together
            ),
            captions=layout.captions() if settings.titles else (),
            title_box=layout.corner(),
            start=Fraction(0),
            frames=0,
        )
        for together in _scenes(footage, axes)
    ]
    return size, scenes


def _axes_meant(footage: Sequence[Footage], named: Sequence[str]) -> _Axes:
    known = _axes_of(footage)
    if not named:
        first = _axes_that_differ(footage, known)[:1]
        if not first:
            raise UsageError("--grid: the clips differ in no axis", hint="leave --grid out")
        beside = [one for one in footage if _has_axes(one, first)]  # groups may have other axes
        named = [*first, *[axis for axis in _axes_that_differ(beside, known) if axis not in first][:1]]
    for axis in named:
        if axis not in known:
            raise UsageError(
                f'--grid: there is no axis "{axis}"; there are {listed(known)}',
                hint=did_you_mean(axis, known),
            )
    if len(named) > 2 or len(set(named)) < len(named):
        raise UsageError("--grid takes one axis, or two: what goes down and what goes across")
    return _Axes(named[0] if len(named) > 1 else None, named[-1])


def _axes_that_differ(footage: Sequence[Footage], known: Iterable[str]) -> list[str]:
    """Name the axes that leave a choice, those of the manifest first."""
    differ = [axis for axis in known if len(_labels(footage, axis)) > 1]
    return sorted(differ, key=lambda axis: (GROUP, TAKE).index(axis) + 1 if axis in {GROUP, TAKE} else 0)


def _with_a_place(footage: Iterable[Footage], axes: _Axes) -> list[Footage]:
    """Leave out the clips that lack one of the axes."""
    wanted = [axis for axis in axes if axis]
    placed = [one for one in footage if _has_axes(one, wanted)]
    if not placed:
        raise UsageError(
            f"--grid {','.join(wanted)}: no clip has both axes, so none has a place",
            hint=f"name axes of one group, or one alone: --grid {wanted[0]}",
        )
    return placed


def _has_axes(one: Footage, axes: Iterable[str]) -> bool:
    return set(axes) <= {axis for axis, _ in one.labels}


def _axes_of(footage: Iterable[Footage]) -> list[str]:
    return list(dict.fromkeys(axis for one in footage for axis, _ in one.labels))


def _labels(footage: Iterable[Footage], axis: str) -> list[str]:
    """Collect an axis's labels in the order of the clips; one that has no place on it has none."""
    return list(dict.fromkeys(label for one in footage for name, label in one.labels if name == axis))


def _scenes(footage: Sequence[Footage], axes: _Axes) -> list[list[Footage]]:
    """Put together what differs in the two axes only; of two clips in one place the second waits its turn."""
    scenes: dict[tuple[object, ...], dict[tuple[str | None, str], Footage]] = {}
    for one in footage:
        labels = dict(one.labels)
        place = (labels.get(axes.down or ""), labels[axes.across])
        others = tuple(pair for pair in one.labels if pair[0] not in axes)
        turn = 0
        while place in scenes.get((others, turn), {}):
            turn += 1
        scenes.setdefault((others, turn), {})[place] = one
    return [list(scene.values()) for scene in scenes.values()]


def _place(one: Footage, axis: str | None, labels: Sequence[str]) -> int:
    return labels.index(dict(one.labels)[axis]) if axis else 0


def _frame_size(cell: Size, rows: int, columns: int) -> Size:
    """Choose a frame in which cells of this shape fill the room, at most 1080p."""
    return bounded((cell[0] * columns, cell[1] * rows))


class _Layout:
    """Where the places of a grid are."""

    def __init__(
        self, size: Size, rows: Sequence[str], columns: Sequence[str], *, has_row_names: bool
    ) -> None:
        self._size = size
        self._rows, self._columns = rows, columns
        self._head = even(min(size) / _CAPTION)
        self._side = even(size[0] / _ROW_NAMES) if has_row_names else 0

    def cell(self, row: int, column: int) -> Box:
        """Where a clip is shown."""
        left, right = self._edges(self._side, self._size[0], len(self._columns))[column]
        top, bottom = self._edges(self._head, self._size[1], len(self._rows))[row]
        return Box(left, top, right - left, bottom - top)

    def captions(self) -> tuple[Caption, ...]:
        """Name the columns, then the rows."""
        across = [
            Caption(text, Box(cell.left, 0, cell.width, self._head))
            for column, text in enumerate(self._columns)
            for cell in [self.cell(0, column)]
        ]
        down = [
            Caption(text, Box(0, cell.top, self._side, cell.height))
            for row, text in enumerate(self._rows)
            for cell in [self.cell(row, 0)]
            if self._side
        ]
        return (*across, *down)

    def corner(self) -> Box | None:
        """Where rows' names and columns' names leave room for what all have in common."""
        return Box(0, 0, self._side - _GAP, self._head) if self._side else None

    @staticmethod
    def _edges(begin: int, end: int, count: int) -> list[tuple[int, int]]:
        """Share a length out evenly: all places are of one size."""
        length = max(2, even((end - begin - _GAP * (count - 1)) / count))
        starts = [begin + (length + _GAP) * number for number in range(count)]
        return [(start, start + length) for start in starts]
