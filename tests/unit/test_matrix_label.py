from __future__ import annotations

import pytest

from sora2batch.matrix.label import label_of, slug, unique_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slow pan", "slow-pan"),
        ("  Crane   UP!! ", "crane-up"),
        ("16:9", "16-9"),
        ("snake_case", "snake_case"),
        ("Café Ünïcode", "cafe-unicode"),
        ("東京 タワー", "東京-タワー"),
        ("한국어", "한국어"),
        ("привет, мир", "привет-мир"),
        ("हिन्दी", "हिनदी"),
        ("İstanbul", "istanbul"),
        ("---", ""),
        ("", ""),
        ("🦊", ""),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_every_script(text, expected):
    assert slug(text) == expected


def test_a_slug_is_cut_to_64_characters_and_180_bytes_and_never_ends_in_a_dash():
    assert slug("a" * 63 + " tail") == "a" * 63
    assert slug("a" * 200) == "a" * 64
    assert slug("東" * 64) == "東" * 60
    assert len(slug("東" * 64).encode()) == 180


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (10, "10"),
        (10.0, "10"),
        (1.5, "1-5"),
        ("🦊", "7"),
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
