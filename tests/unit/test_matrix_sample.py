from __future__ import annotations

from itertools import product

import pytest

from sora2batch.manifest.model import Pairwise, RandomDraw
from sora2batch.matrix.combine import AxisValues, combine
from sora2batch.matrix.grid import LONE_CELL
from sora2batch.matrix.sample import pairwise, sample_cells


def grid_of(axes, include=()):
    return combine(
        [AxisValues(name=name, values=tuple(values)) for name, values in axes.items()], include, []
    ).grid


def drawn(axes, count, seed=0):
    grid = sample_cells(grid_of(axes), RandomDraw(count=count, seed=seed))
    return [grid.values(index) for index in range(len(grid.cells))]


@pytest.mark.parametrize(
    ("sizes", "most"), [((3,) * 4, 12), ((10, 10, 10), 150), ((2,) * 10, 12), ((5, 4, 3, 2), 24)]
)
def test_pairwise_keeps_few_cells(sizes, most):
    assert len(pairwise(list(product(*map(range, sizes))))) <= most


def test_pairwise_of_one_axis_keeps_every_cell():
    assert pairwise([(0,), (1,), (2,)]) == [0, 1, 2]


def test_pairwise_of_an_axis_of_many_thousand_values_keeps_each_of_them():
    cells = list(product(range(6000), range(2)))
    assert len(pairwise(cells)) == len(cells)


def test_pairwise_keeps_included_cells_that_hold_what_no_other_holds():
    grid = sample_cells(grid_of({"a": [1, 2], "b": [1, 2]}, include=[{"b": 7}, {"a": 1, "b": 9}]), Pairwise())
    found = [grid.values(index) for index in range(len(grid.cells))]
    assert {"b": 7} in found
    assert {"a": 1, "b": 9} in found
    assert grid.labels(len(found) - 1) == (("a", "1"), ("b", "9"))


def test_a_group_without_a_matrix_keeps_its_cell():
    assert sample_cells(LONE_CELL, Pairwise()) is LONE_CELL


def test_a_draw_is_the_same_on_every_machine():
    axes = {"a": ["x", "y", "z"], "b": [1, 2]}
    assert drawn(axes, 2, seed=7) == [{"a": "y", "b": 1}, {"a": "y", "b": 2}]
    assert drawn(axes, 2, seed=8) != drawn(axes, 2, seed=7)


def test_a_draw_of_more_than_there_is_keeps_all_in_order():
    assert drawn({"a": [3, 1, 2]}, 99) == [{"a": 3}, {"a": 1}, {"a": 2}]


def test_a_new_value_leaves_most_of_a_draw_in_place():
    before = drawn({"a": list(range(100))}, 20)
    after = drawn({"a": list(range(101))}, 20)
    assert len([cell for cell in before if cell in after]) >= 19
