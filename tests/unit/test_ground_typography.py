from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.ground.typography import fitted, font_of, is_writable, wrapped, writable


def test_a_long_text_is_cut_after_so_many_lines():
    font = font_of(14)
    lines = wrapped("word " * 200, font, 300, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(font.getlength(line) <= 300 for line in lines)


def test_a_text_that_fits_is_kept_whole():
    assert wrapped("a red fox", font_of(14), 300, most=3) == ["a red fox"]
    assert " ".join(wrapped("a red fox in the last light of a long day", font_of(14), 150, most=3)) == (
        "a red fox in the last light of a long day"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("std · 10 s", "std · 10 s"),
        ("Crème brûlée \N{EN DASH} naïve", "Creme brulee - naive"),
        ("cafe\u0301", "cafe"),
        ("16\N{MULTIPLICATION SIGN}9 → ½", "16x9 -> 1\N{FRACTION SLASH}2"),
        ("красная лиса at dawn", "? ? at dawn"),
        ("狐狸!", "?!"),
        ("what??", "what??"),
        ("two\nlines\x1b[31m", "two lines [31m"),
        ("🦊🦊", "?"),
        ("", ""),
    ],
)
def test_a_text_is_written_with_what_the_font_has(text, written):
    assert writable(text) == written


@pytest.mark.parametrize(("text", "all_of_it"), [("fox", True), ("é?", True), ("лиса", False)])
def test_it_is_known_whether_something_would_be_lost(text, all_of_it):
    assert is_writable(text) is all_of_it


@given(st.text(max_size=80), st.integers(1, 400))
def test_no_line_is_wider_than_asked_but_for_the_ellipsis_itself(text, width):
    font = font_of(12)
    lines = [fitted(text, font, width), *wrapped(text, font, width, most=2)]
    assert len(lines) <= 3
    assert all(font.getlength(line) <= width or line == "…" for line in lines)
