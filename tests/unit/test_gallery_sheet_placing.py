"""Where tiles stand on a contact sheet: arithmetic, nothing is drawn."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from fakes.sheet_case import tile_of
from sora2batch.gallery.sheet.cross import cross_of, spans_of
from sora2batch.gallery.sheet.placing import lay_out
from sora2batch.gallery.sheet.section import sections_of
from sora2batch.gallery.sheet.sheet_layout import MOST_HEIGHT, MOST_WIDTH, UNITS, Role

AREA = 3_000_000
CLIP = Path("clip.mp4")


def layout_of(tiles, area=AREA):
    return lay_out(sections_of(tiles), area)


def texts(layout, role):
    return [label.text for label in layout.labels if label.role is role]


def grid(rows, columns, **more):
    return [tile_of(f"r{row}", f"c{column}", **more) for row, column in product(range(rows), range(columns))]


def test_the_first_axis_goes_down_and_the_others_across_with_takes_side_by_side():
    tiles = [
        tile_of(animal, camera, take=take) for animal, camera, take in product(["fox", "owl"], "xy", [1, 2])
    ]
    cross = cross_of(tiles)
    assert cross.rows == ("fox", "owl")
    assert cross.columns == (("x", "take 1"), ("x", "take 2"), ("y", "take 1"), ("y", "take 2"))
    assert [[cell.key for cell in row] for row in cross.cells] == [
        ["hero/fox/x#1", "hero/fox/x#2", "hero/fox/y#1", "hero/fox/y#2"],
        ["hero/owl/x#1", "hero/owl/x#2", "hero/owl/y#1", "hero/owl/y#2"],
    ]
    assert [(span.level, span.first, span.count, span.label) for span in spans_of(cross)] == [
        (0, 0, 2, "x"),
        (0, 2, 2, "y"),
        (1, 0, 1, "take 1"),
        (1, 1, 1, "take 2"),
        (1, 2, 1, "take 1"),
        (1, 3, 1, "take 2"),
    ]


def test_an_excluded_cell_is_a_hole():
    layout = layout_of(grid(2, 2)[:3])
    assert (len(layout.tiles), len(layout.holes)) == (3, 1)


def test_groups_stand_below_each_other_under_their_names():
    layout = layout_of([*grid(2, 2, group="hero"), *grid(1, 3, group="shots")])
    heads = [label for label in layout.labels if label.role is Role.SECTION]
    assert [head.text for head in heads] == ["hero", "shots"]
    hero, shots = ([one.box for one in layout.tiles if one.tile.group == head.text] for head in heads)
    assert max(box.bottom for box in hero) <= heads[1].box.top < min(box.top for box in shots)


def test_groups_of_one_job_share_a_flow_and_are_named_under_it():
    layout = layout_of([tile_of(group=f"g{number}") for number in range(2)])
    assert texts(layout, Role.SECTION) == []
    assert texts(layout, Role.CAPTION) == ["g0", "g1"]
    assert len({one.box.top for one in layout.tiles}) == 1


@pytest.mark.parametrize("aspect", [16 / 9, 9 / 16, 1.0])
def test_frames_have_the_aspect_of_the_jobs_and_all_the_same_area(aspect):
    box = layout_of(grid(2, 2, aspect=aspect)).tiles[0].box
    assert box.width / box.height == pytest.approx(aspect, rel=0.01)
    assert box.width * box.height == pytest.approx(UNITS[0] ** 2, rel=0.01)


def test_mixed_aspects_share_square_frames():
    tiles = [tile_of("fox", "x", aspect=16 / 9), tile_of("fox", "y", aspect=9 / 16)]
    assert {(one.box.width, one.box.height) for one in layout_of(tiles).tiles} == {(UNITS[0], UNITS[0])}


def test_tiles_shrink_before_a_matrix_is_torn():
    layout = layout_of(grid(2, 12))
    assert len({one.box.top for one in layout.tiles}) == 2
    assert layout.tiles[0].box.height < layout_of(grid(2, 4)).tiles[0].box.height
    assert layout.width <= MOST_WIDTH


def test_a_matrix_that_is_too_wide_wraps_with_its_labels_under_the_tiles():
    layout = layout_of(grid(2, 40))
    assert len(texts(layout, Role.CAPTION)) == 80
    assert texts(layout, Role.ROW) == []


def test_a_matrix_that_is_too_high_wraps():
    layout = layout_of(grid(100, 2))
    assert len(layout.tiles) == 200
    assert texts(layout, Role.ROW) == []


def test_two_thousand_tiles_are_cut_and_counted():
    layout = layout_of([tile_of(str(number), path=CLIP, state="completed") for number in range(2000)])
    assert 0 < len(layout.tiles) < 2000
    assert layout.hidden == 2000 - len(layout.tiles)
    assert texts(layout, Role.MORE) == [f"… and {layout.hidden:,} more"]
    assert [one.tile.key for one in layout.tiles] == [f"hero/{n}#1" for n in range(len(layout.tiles))]
    assert (layout.width <= MOST_WIDTH, layout.height <= MOST_HEIGHT) == (True, True)


def test_a_thousand_groups_are_cut_as_well():
    layout = layout_of([tile_of(label, group=f"g{number}") for number in range(1000) for label in "xy"])
    assert layout.hidden == 2000 - len(layout.tiles) > 0
    assert layout.height <= MOST_HEIGHT


def test_pictures_cover_no_more_than_they_may():
    tiles = grid(8, 8, path=CLIP, state="completed")
    layout = layout_of(tiles, 1_200_000)
    assert sum(one.box.width * one.box.height for one in layout.tiles) <= 1_210_000
    assert layout.tiles[0].box.height < layout_of(grid(8, 8), 1_200_000).tiles[0].box.height


def test_nothing_is_a_small_sheet():
    layout = layout_of([])
    assert (layout.tiles, layout.labels, layout.hidden) == ((), (), 0)
