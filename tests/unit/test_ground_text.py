from __future__ import annotations

import pytest

from sora2batch.ground.text import counted, one_line, without_secrets


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


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        (0, ("job",), "0 jobs"),
        (1, ("job",), "1 job"),
        (1234, ("job",), "1,234 jobs"),
        (1, ("file has", "files have"), "1 file has"),
        (2, ("file has", "files have"), "2 files have"),
    ],
)
def test_one_thing_is_counted_in_the_singular(number, words, told):
    assert counted(number, *words) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://bucket/pre@fix", "s3://bucket/pre@fix"),
        ("s3://AKIA:se/cr+et@bucket/p", "s3://…@bucket/p"),
        ('store: {url: "s3://AKIA:se/cret@bucket"}', 'store: {url: "s3://…@bucket"}'),
        ("https://h.example:8080/a@2x.jpg", "https://h.example:8080/a@2x.jpg"),
        ("s3://media/p?X-Amz-Signature=1", "s3://media/p?…"),
        ("who? me@home", "who? me@home"),
    ],
)
def test_a_url_is_shown_without_its_secrets(text, shown):
    assert without_secrets(text) == shown
