"""What a schema allows, in words."""

from __future__ import annotations

import pytest

from sora2batch.catalog.allowed import allowed_text, any_of, choices_of


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string", "enum": ["std", "pro"]}, '"std" or "pro"'),
        ({"type": "string", "enum": ["16:9", "9:16", "1:1"]}, '"16:9", "9:16" or "1:1"'),
        ({"const": "only"}, '"only"'),
        ({"type": "integer", "enum": [10, 15]}, "a whole number: 10 or 15"),
        ({"type": "integer", "minimum": 3, "maximum": 15}, "a whole number from 3 to 15"),
        ({"type": "integer", "minimum": 3}, "a whole number of at least 3"),
        ({"type": "number", "maximum": 9}, "a number of at most 9"),
        ({"type": "integer"}, "a whole number"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "string", "format": "http-url"}, "an absolute http(s) URL"),
        ({"type": "string", "pattern": "\\S"}, "text that is not empty"),
        ({"type": "string", "minLength": 1}, "text that is not empty"),
        ({"type": "string", "pattern": "^a*$"}, "text"),
        ({"type": "string", "pattern": "\\p{L}"}, "text"),
        ({"type": "array"}, "a list"),
        (
            {"type": "array", "items": {"type": "string", "format": "http-url"}},
            "a list, each item an absolute http(s) URL",
        ),
        ({"anyOf": []}, "what the tool's schema says"),
    ],
)
def test_each_kind_of_schema_has_its_words(schema, text):
    assert allowed_text(schema) == text


@pytest.mark.parametrize(
    ("schema", "choices"),
    [
        ({"enum": [1, 2]}, [1, 2]),
        ({"const": "a"}, ["a"]),
        ({"type": "boolean"}, [True, False]),
        ({"type": "string"}, None),
    ],
)
def test_choices_are_what_a_schema_names_one_by_one(schema, choices):
    assert choices_of(schema) == choices


def test_one_choice_needs_no_or():
    assert any_of(["a"]) == '"a"'
    assert any_of([]) == ""
