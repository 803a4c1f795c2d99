from __future__ import annotations

import pytest

from sora2batch.ground.text import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a fox", "a fox"),
        ("", ""),
        ("a\n\tfox ", "a fox"),
        ("a\x00\x1b[31m fox", "a [31m fox"),
        ("a\u202efox\u2066", "a fox"),
        ("ten chars!", "ten chars!"),
        ("eleven char", "eleven ch…"),
        ("nine char s", "nine char…"),
        ("red\n" * 1000, "red red r…"),
    ],
)
def test_a_text_becomes_one_line_of_at_most_ten_characters(text, line):
    assert one_line(text, 10) == line
