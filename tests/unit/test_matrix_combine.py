from __future__ import annotations

import pytest

from sora2batch.matrix.combine import AxisValues, combine, means, same

FOX = {"id": "fox", "noun": "a red fox", "look": {"fur": "red", "age": 3}}
OWL = {"id": "owl", "noun": "an owl"}


def cells(axes, include=(), exclude=()):
    grid = combine(
        [AxisValues(name=name, values=tuple(values)) for name, values in axes.items()], include, exclude
    ).grid
    return [grid.values(index) for index in range(len(grid.cells))]


def labels(axes, include=(), exclude=()):
    grid = combine(
        [AxisValues(name=name, values=tuple(values)) for name, values in axes.items()], include, exclude
    ).grid
    return [grid.labels(index) for index in range(len(grid.cells))]


def test_the_first_axis_varies_slowest():
    assert cells({"a": [1, 2], "b": ["x", "y"]}) == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_the_documented_fruit_and_animals_give_the_documented_six():
    found = cells(
        {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]},
        include=[
            {"color": "green"},
            {"color": "pink", "animal": "cat"},
            {"fruit": "apple", "shape": "circle"},
            {"fruit": "banana"},
            {"fruit": "banana", "animal": "cat"},
        ],
    )
    assert found == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_a_matrix_of_includes_only_has_a_cell_for_each():
    assert cells({}, include=[{"a": 1}, {"b": 2}]) == [{"a": 1}, {"b": 2}]


def test_an_include_becomes_a_cell_when_exclude_left_none():
    assert cells({"a": [1]}, include=[{"c": 3}], exclude=[{"a": 1}]) == [{"c": 3}]


def test_exclude_comes_before_include():
    assert cells({"a": [1, 2]}, include=[{"a": 1}], exclude=[{"a": 1}]) == [{"a": 2}, {"a": 1}]


def test_exclude_needs_every_key_to_match():
    found = cells({"a": [1, 2], "b": [1, 2]}, exclude=[{"a": 1, "b": 2}, {"a": 3}])
    assert found == [{"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 2}]


def test_an_exclude_that_matches_nothing_is_told():
    axes = [AxisValues(name="a", values=(1, 2))]
    combination = combine(axes, [], [{"a": 1}, {"a": 9}, {"a": 1}, {"nope": 1}])
    assert combination.idle_excludes == (1, 2, 3)


def test_a_mapping_is_excluded_by_its_id_or_by_some_of_its_keys():
    axes = {"subject": [FOX, OWL]}
    assert cells(axes, exclude=[{"subject": "fox"}]) == [{"subject": OWL}]
    assert cells(axes, exclude=[{"subject": {"look": {"fur": "red"}}}]) == [{"subject": OWL}]
    assert cells(axes, exclude=[{"subject": {}}]) == [{"subject": FOX}, {"subject": OWL}]


def test_an_include_that_names_a_mapping_by_its_id_gets_the_mapping():
    found = cells({"subject": [FOX, OWL], "n": [1]}, include=[{"subject": "owl", "n": 2}])
    assert found[-1] == {"subject": OWL, "n": 2}


def test_an_include_extends_the_cells_of_the_mapping_it_names():
    found = cells({"subject": [FOX, OWL]}, include=[{"subject": "owl", "lens": "wide"}])
    assert found == [{"subject": FOX}, {"subject": OWL, "lens": "wide"}]


def test_labels_of_an_included_cell_are_its_axes_then_its_further_keys_as_written():
    found = labels({"a": [1], "b": [2]}, include=[{"z": "Zed", "b": 9, "y": "Why"}])
    assert found == [(("a", "1"), ("b", "2")), (("b", "9"), ("z", "zed"), ("y", "why"))]


def test_what_include_adds_to_an_original_cell_is_not_in_its_labels():
    assert labels({"a": [1]}, include=[{"z": 5}]) == [(("a", "1"),)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (0, False, False),
        (None, None, True),
        ("1", 1, False),
        ([1, [2]], [1.0, [2]], True),
        ([True], [1], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_values_are_the_same_if_json_says_so(left, right, expected):
    assert same(left, right) is expected


def test_a_scalar_means_a_mapping_only_by_its_id():
    assert means("fox", FOX)
    assert not means("a red fox", FOX)
    assert not means(None, {"id": None})
    assert not means({"id": "fox", "noun": "another"}, FOX)


def test_a_text_excludes_the_value_that_it_is_before_a_mapping_with_that_id():
    assert cells({"x": ["fox", {"id": "fox"}]}, exclude=[{"x": "fox"}]) == [{"x": {"id": "fox"}}]


def test_an_accent_may_be_composed_or_not():
    assert cells({"x": ["café", "thé"]}, exclude=[{"x": "cafe\u0301"}]) == [{"x": "thé"}]
    assert cells({"x": [{"id": "ガラス"}, 1]}, exclude=[{"x": "カ\u3099ラス"}]) == [{"x": 1}]


def test_an_accent_makes_another_value():
    assert cells({"x": ["ガラス", "カラス"]}, exclude=[{"x": "カラス"}]) == [{"x": "ガラス"}]
