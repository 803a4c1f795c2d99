from __future__ import annotations

import pytest

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.cross import cross_of


def test_columns_that_begin_alike_stand_together_though_cells_came_in_another_order():
    tiles = [
        tile_of("fox", "x", "1"),
        tile_of("fox", "y", "1"),
        tile_of("owl", "x", "2"),
        tile_of("owl", "x", "1"),
    ]
    assert cross_of(tiles).columns == (("x", "1"), ("x", "2"), ("y", "1"))


@pytest.mark.parametrize(
    "tiles",
    [
        [],
        [tile_of()],
        [tile_of("fox"), tile_of("owl")],
        [tile_of("fox", "x"), tile_of("owl")],
        [tile_of(f"r{n}", f"c{n}") for n in range(9)],
        [tile_of("fox", "x"), tile_of("fox", "x", group="other")],
    ],
    ids=["none", "no-axes", "one-axis", "unlike", "diagonal", "twins"],
)
def test_what_makes_no_matrix_is_none(tiles):
    assert cross_of(tiles) is None
