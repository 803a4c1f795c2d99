from __future__ import annotations

import pytest

from sora2batch.plan.change import describe_change

LONG = "a red fox runs over the wide snow field at dawn while the sun"


def change(old: object, new: object) -> str:
    return describe_change("tool", {"field": old}, "tool", {"field": new})


def test_nothing_changed_is_an_empty_text():
    assert describe_change("tool", {"a": [1, {"b": "c"}]}, "tool", {"a": [1, {"b": "c"}]}) == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("std", "pro", 'input.field: "std" → "pro"'),
        (10, 15, "input.field: 10 → 15"),
        ("10", 10, 'input.field: "10" → 10'),
        (None, "x", 'input.field: null → "x"'),
        (True, 1, "input.field: true → 1"),
        (0, False, "input.field: 0 → false"),
        ([1], [True], "input.field: [1] → [true]"),
        (["a"], ["a", "b"], 'input.field: ["a"] → ["a","b"]'),
        ({"x": 1, "y": 2}, {"x": 1, "y": 3}, "input.field.y: 2 → 3"),
        ({"x": 1}, [1], 'input.field: {"x":1} → [1]'),
    ],
)
def test_a_change_shows_both_values(old, new, words):
    assert change(old, new) == words


def test_whole_floats_are_the_integers_that_they_are_sent_as():
    assert change(10, 10.0) == ""


def test_fields_that_come_and_go_are_named():
    told = describe_change("tool", {"seed": 7}, "tool", {"tail": "x"})
    assert told == 'input.seed: 7 is gone; input.tail: "x" is new'


def test_another_tool_comes_first():
    told = describe_change("old-tool", {"mode": "std"}, "new-tool", {"mode": "pro"})
    assert told == 'tool: "old-tool" → "new-tool"; input.mode: "std" → "pro"'


def test_more_than_three_changes_are_counted():
    told = describe_change("tool", dict.fromkeys("abcde", 1), "tool", dict.fromkeys("abcde", 2))
    assert told == "input.a: 1 → 2; input.b: 1 → 2; input.c: 1 → 2; and 2 more"


def test_a_long_text_is_shown_from_where_it_differs():
    assert change(LONG + " rises", LONG + " sets") == 'input.field: "…rises" → "…sets"'


def test_a_difference_within_a_very_long_word_is_shown():
    assert change("x" * 100 + "a", "x" * 100 + "b") == (f'input.field: "…{"x" * 14}a" → "…{"x" * 14}b"')


def test_a_text_that_went_on_is_shown_with_its_end():
    assert change(LONG, LONG + " rises") == 'input.field: "…sun" → "…sun rises"'


def test_long_texts_are_cut():
    told = change("a" * 50, "b" * 50)
    assert told == f'input.field: "{"a" * 27}…" → "{"b" * 27}…"'


@pytest.mark.parametrize(("old", "new"), [("a  b", "a b"), ("a b", "a b\n"), ("a b", "a\u200b b")])
def test_texts_that_look_the_same_are_not_shown_as_a_change_to_themselves(old, new):
    assert change(old, new) == 'input.field: "a b" has other white space or something invisible'


def test_control_characters_do_not_reach_the_terminal():
    assert change("red\x1b[2J", "blue\r\nsky\u202e").isprintable()


def test_a_signed_query_is_not_repeated():
    told = change("https://h.example/a.png?sig=AAA", "https://h.example/a.png?sig=BBB")
    assert told == 'input.field: "https://h.example/a.png?…" has another password or query'
    told = change("https://h.example/a.png?sig=AAA", "https://h.example/b.png?sig=BBB")
    assert told == 'input.field: "…s://h.example/a.png?…" → "…s://h.example/b.png?…"'


@pytest.mark.parametrize(
    "told",
    [
        change(["https://u:secret@h.example/a"], ["x"]),
        change(None, "https://u:secret@h.example/a"),
        describe_change("tool", {"image": "https://h.example/?secret"}, "tool", {}),
    ],
)
def test_a_secret_in_a_url_is_not_repeated_wherever_it_stands(told):
    assert "h.example" in told
    assert "secret" not in told
