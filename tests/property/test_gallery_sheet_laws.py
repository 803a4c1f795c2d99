"""Laws of contact sheets: whatever the jobs, everything stands on the sheet and nothing covers another thing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.placing import lay_out
from sora2batch.gallery.sheet.section import sections_of
from sora2batch.gallery.sheet.sheet_layout import MOST_HEIGHT, MOST_WIDTH, UNITS, Role

ASPECTS = st.sampled_from([16 / 9, 9 / 16, 1.0, 1 / 3, 3.0])
PATHS = st.sampled_from([None, Path("a.mp4")])
LABEL = st.text(st.sampled_from("ab-漢é"), min_size=1, max_size=70)


@st.composite
def groups(draw, name):
    """A matrix of some size with some cells missing, or loose jobs."""
    axes = draw(st.lists(st.lists(LABEL, min_size=1, max_size=14, unique=True), min_size=0, max_size=3))
    takes = draw(st.integers(1, 3))
    cells = [()]
    for axis in axes:
        cells = [(*cell, label) for cell in cells for label in axis]
    aspects = draw(st.lists(ASPECTS, min_size=1, max_size=3))
    skipped = draw(st.integers(2, 9))
    path = draw(PATHS)
    tiles = [
        tile_of(*cell, group=name, take=take, path=path, aspect=aspects[index % len(aspects)])
        for index, cell in enumerate(cells[:400])
        for take in range(1, takes + 1)
    ]
    return [tile for index, tile in enumerate(tiles) if index % skipped or not index]


@st.composite
def batches(draw):
    count = draw(st.integers(0, 5))
    return [tile for number in range(count) for tile in draw(groups(f"g{number}"))]


@settings(deadline=None, max_examples=60)
@given(batches(), st.sampled_from([3_000_000, 600_000, 200_000]))
def test_no_tile_leaves_the_sheet_and_no_two_overlap(tiles, area):
    layout = lay_out(sections_of(tiles), area)
    assert layout.width <= MOST_WIDTH
    assert layout.height <= MOST_HEIGHT
    frames = [placed.box for placed in layout.tiles] + list(layout.holes)
    for box in frames + [label.box for label in layout.labels]:
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= layout.width
        assert box.bottom <= layout.height
        assert box.width > 0
        assert box.height > 0
    by_top = sorted(frames, key=lambda box: box.top)
    for one, other in combinations(by_top[:150], 2):
        assert not one.overlaps(other)


@settings(deadline=None, max_examples=60)
@given(batches())
def test_labels_stand_beside_the_tiles_and_beside_each_other(tiles):
    layout = lay_out(sections_of(tiles), 3_000_000)
    frames = [placed.box for placed in layout.tiles][:120]
    labels = [label.box for label in layout.labels][:120]
    assert not any(label.overlaps(frame) for label in labels for frame in frames)
    assert not any(one.overlaps(other) for one, other in combinations(labels, 2))


@settings(deadline=None, max_examples=60)
@given(batches(), st.sampled_from([3_000_000, 200_000]))
def test_every_job_is_shown_once_or_counted_as_hidden(tiles, area):
    layout = lay_out(sections_of(tiles), area)
    shown = [placed.tile.key for placed in layout.tiles]
    assert len(shown) == len(set(shown))
    assert len(shown) + layout.hidden == len(tiles)
    assert [label.role for label in layout.labels].count(Role.MORE) == (layout.hidden > 0)
    sizes = {round((placed.box.width * placed.box.height) ** 0.5 / 2) for placed in layout.tiles}
    assert sizes <= {round(unit / 2) + more for unit in UNITS for more in (-1, 0, 1)}
