from __future__ import annotations

import pytest

from sora2batch.sjinn.redaction import excerpt_of_bytes, excerpt_of_json, redacted

URL = "https://files.test/a.mp4?sig=hunter2&x=1&key=a%2Fbc4"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"File not found or expired.", "File not found or expired."),
        (b"a\r\n\tb\0c\x1b[31m", "a b c [31m"),
        (b"<html><head><title>502</title></head><p>Bad gateway</p><a href=", "502 Bad gateway"),
        (b"<br/>", "<br/>"),
        (b"\xef\xbb\xbfGone", "Gone"),
        ("Weg".encode("utf-16"), "Weg"),
        ("weg\u00e4".encode()[:-1], "weg"),
        (b"%PDF\x89\x90\x91\x92", "bytes 25 50 44 46 89 90 91 92 …"),
        (b"bad signature hunter2", "bad signature ***"),
        (b"bad signature a/bc4 of 1", "bad signature *** of 1"),
        (b"bad signature a%2Fbc4 of 1", "bad signature *** of 1"),
        (b"see http://me:pw@h.test/a?b=c#d, or /x?y=z", "see http://h.test/a?… or /x?…"),
        (b"token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is bad", "token … is bad"),
        (b"really?", "really?"),
        (b"word " * 99, ("word " * 99)[:159] + "…"),
        (b"x" * 999, "x" * 159 + "…"),
    ],
)
def test_a_body_is_told_in_one_short_line_without_secrets(head, told):
    assert excerpt_of_bytes(head, urls=[URL]) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"file": 7}, '{"file": 7}'),
        ([None, True], "[null, true]"),
        ("data:video/mp4;base64,AAAA", '"data:video/mp4;base64,…"'),
        (["https://h/a?X-Amz-Signature=4711"], '["https://h/a?…"]'),
        ("f\u00fcchse\n", '"f\u00fcchse\\n"'),
    ],
)
def test_a_value_of_an_answer_is_told_as_well(value, told):
    assert excerpt_of_json(value) == told


def test_nothing_is_too_long_to_be_told():
    assert len(excerpt_of_json(["x" * 10**6] * 10)) == 160
    assert redacted("a", urls=["https://[broken?sig=4711"]) == "a"
