from __future__ import annotations

import json
from urllib.parse import parse_qs, parse_qsl, quote

import pytest

from sora2batch.sjinn.redaction import excerpt_of_bytes, excerpt_of_json, redacted, without_signatures

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


SIGNED = (
    "https://b.example/sha256/ab/x.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20261129"
    "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE&X-Amz-Signature=5f307a806f3536bfe33ad3bc47a55490"
)


@pytest.mark.parametrize(
    "echo",
    [
        SIGNED,
        f"could not fetch {SIGNED}: 403",
        json.dumps({"url": SIGNED}),
        json.dumps(SIGNED.replace("&", r"\u0026")),
        SIGNED.replace("&", "&amp;"),
        quote(SIGNED, safe=""),
        SIGNED.partition("?")[2],
        SIGNED[:-10],
        SIGNED.rpartition("=")[2],
    ],
)
def test_the_api_s_own_words_lose_what_signs_the_urls_that_it_was_sent(echo):
    told = without_signatures(echo, sent={"prompt": "x?", "image_list": [SIGNED]})
    for secret in ("AKIAEXAMPLE", "IQoJb3JpZ2lu", "5f307a806f35"):
        assert secret not in told


FULL = f"{SIGNED}{'0123456789abcdef' * 2}"
"""With a signature as long as they are."""


@pytest.mark.parametrize(
    "echo",
    [
        SIGNED,
        SIGNED.partition("?")[2],
        json.dumps(SIGNED.replace("&", r"\u0026")),
        quote(SIGNED, safe=""),
        quote(quote(SIGNED, safe=""), safe=""),
        json.dumps(parse_qs(SIGNED.partition("?")[2])),
        json.dumps(json.dumps(dict(parse_qsl(SIGNED.partition("?")[2])))),
        str(dict(parse_qsl(SIGNED.partition("?")[2]))),
        SIGNED.partition("?")[2].replace("&", " & "),
        f"SignatureDoesNotMatch: {FULL.rpartition('=')[2]}",
        f"<AWSAccessKeyId>AKIAEXAMPLEEXAMPLE00</AWSAccessKeyId><SignatureProvided>{FULL[-64:]}</SignatureProvided>",
        "The key AKIAEXAMPLEEXAMPLE00 may not read",
    ],
)
def test_signatures_of_an_earlier_run_are_known_by_their_names_and_their_shape(echo):
    told = without_signatures(f"the image {echo} is gone")
    for secret in ("AKIAEXAMPLE", "IQoJb3JpZ2lu", "5f307a806f35", "X-Amz-Signature"):
        assert secret not in told


def test_what_an_object_is_called_is_no_secret():
    name = f"https://b.example/p/sha256/ab/{'ab' * 32}.jpg"
    assert without_signatures(f"cannot fetch {name}?sig=abc") == f"cannot fetch {name}?…"


@pytest.mark.parametrize(
    "words", ["What is it? No image.", "see https://a.example/help. Why?", "design=good", "Signature: none"]
)
def test_words_without_a_signature_stay(words):
    assert without_signatures(words, sent={"image": "https://a.example/x.jpg"}) == words
