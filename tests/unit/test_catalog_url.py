"""Which URLs the API could fetch, and what messages leave out of them."""

from __future__ import annotations

import pytest

from sora2batch.catalog.url import is_http_url
from sora2batch.ground.text import without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "https://cdn.example.com/fox.jpg",
        "http://example.com",
        "HTTPS://EXAMPLE.COM/A",
        "https://example.com.",
        "https://example.com:8443/a?b=c#d",
        "https://example.com:/a",
        "https://example.com?x=/y",
        "http://127.0.0.1:80/a.png",
        "http://[::1]:8080/a",
        "http://localhost/a",
        "https://user:secret@example.com/a",
        "https://b\u00fccher.example/\u00e4.jpg",
        "https://my_bucket.storage.example.com/a%20b.jpg",
    ],
)
def test_an_absolute_http_url_is_taken(text):
    assert is_http_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fox.jpg",
        "/fox.jpg",
        "//example.com/fox.jpg",
        "example.com/fox.jpg",
        "ftp://example.com/fox.jpg",
        "file:///fox.jpg",
        "data:image/png;base64,AAAA",
        "https:/example.com/a",
        "https://",
        "https:///a",
        "https://?a",
        "https://:443/a",
        "https://user@/a",
        "https://.example.com",
        "https://example..com",
        "https://exa%6dple.com",
        "https://{{ host }}/a",
        "https://{host}/a",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:99999999/",
        "https://example.com:port/",
        "https://example.com:\u0663/",
        "https://example.com\\@evil.example/",
        "http://[::1/a",
        " https://example.com",
        "https://example.com/a b",
        "https://example.com/a\n",
        "https://example.com/\x00",
        "https://example.com/a\u200b",
        "https://example.com/a\u00a0b",
        "https://example.com/\ud800",
    ],
)
def test_everything_else_is_refused(text):
    assert not is_http_url(text)


def test_a_message_repeats_neither_password_nor_signed_query():
    text = without_secrets('["https://user:pw@a.example/x?sig=\\"s1", "https://b.example/y?sig=s2", "z"]')
    assert text == '["https://…@a.example/x?…", "https://b.example/y?…", "z"]'


def test_a_question_in_a_prompt_is_left_alone():
    assert without_secrets('"who? me@home"') == '"who? me@home"'
