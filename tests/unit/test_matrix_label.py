from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.matrix.label import label_of, labels_of, unique_names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (10, "10"),
        (10.0, "10"),
        (1.5, "1-5"),
        ("🦊", "🦊"),
        ("?!", "7"),
        ([1, 2], "7"),
        ({"id": "fox.V2", "name": "no"}, "fox.V2"),
        ({"id": "A fox!", "name": "no"}, "a-fox"),
        ({"id": "x" * 65}, "x" * 64),
        ({"id": 12}, "12"),
        ({"id": "..", "name": "owl"}, "owl"),
        ({"id": ["no"], "name": "Great Owl"}, "great-owl"),
        ({"noun": "fox"}, "7"),
        ({"id": None}, "7"),
    ],
)
def test_a_value_is_named_by_what_it_is_or_where_it_stands(value, expected):
    assert label_of(value, 7) == expected


def test_colliding_names_are_numbered_without_meeting_a_given_one():
    assert unique_names(["a", "A", "a-2", "a", "b"]) == ("a", "A-3", "a-2", "a-4", "b")


def test_names_that_differ_stay_as_they_are():
    assert unique_names(["a", "b", "a-2"]) == ("a", "b", "a-2")


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (["ガラス", "カラス"], ["ガラス", "カラス"]),
        (["café", "cafe"], ["café", "cafe"]),
        (["phở", "phố", "bún"], ["phở", "phố", "bun"]),
        (["всё", "все"], ["всё", "все"]),
        (["fox 🦊", "fox 🐻"], ["fox-🦊", "fox-🐻"]),
        (["ｶﾗｽ", "カラス"], ["ｶﾗｽ", "カラス"]),
        (["🦊", "🦊🦊", "?"], ["🦊", "🦊🦊", "3"]),
        (["C", "C++", "C#"], ["c", "c-2", "c-3"]),
        (["葛", "葛\U000e0100"], ["葛", "葛-2"]),
        ([{"id": "Été"}, {"name": "ete"}], ["été", "ete"]),
        (["café", "slow pan"], ["cafe", "slow-pan"]),
    ],
)
def test_values_of_one_axis_are_told_apart_by_what_makes_them_different(values, labels):
    assert list(labels_of(values)) == labels


@given(st.lists(st.text(st.characters(codec="ascii"), max_size=6), max_size=8))
def test_labels_of_ascii_texts_are_what_they_always_were(values):
    """Keys of finished jobs hold them."""
    assert labels_of(values) == unique_names(label_of(value, at) for at, value in enumerate(values, start=1))
