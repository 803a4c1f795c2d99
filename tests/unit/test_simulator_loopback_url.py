from __future__ import annotations

import pytest

from sora2batch.simulator.loopback_url import identity_of, is_loopback, without_signatures

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a?b",
        "https://localhost/a",
        "HTTP://LOCALHOST/a",
        "http://[::1]:9",
        "http://127.9.9.9",
    ],
)
def test_these_are_on_this_machine(url):
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/127.0.0.1",
        "http://127.0.0.1@files.example/a",
        "http://files.example#@127.0.0.1/a",
        "http://127.0.0.1\\@files.example/a",
        "http://127.0.0.1%2efiles.example/a",
        "http://localhost.files.example/a",
        "http://2130706433/a",
        "http://0.0.0.0/a",
        "ftp://127.0.0.1/a",
        "http://127.0.0.1:99999/a",
        "http://[",
        "",
        "a \ud83e",
    ],
)
def test_these_are_not(url):
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        (f"http://127.0.0.1:9/b/sha256/01/{HEX}.jpg?sig=1", {"sha256": HEX}),
        (f"http://localhost/inputs/{HEX}", {"sha256": HEX}),
        ("http://localhost:9/a.jpg?sig=1#b", "http://localhost:9/a.jpg"),
        (f"https://cdn.example.com/{HEX}.jpg?v=1", f"https://cdn.example.com/{HEX}.jpg?v=1"),
    ],
)
def test_what_counts_of_a_url(url, identity):
    assert identity_of(url) == identity


def test_signatures_of_this_machine_are_left_out_of_a_text():
    text = '{"a":"http://127.0.0.1:9/a?b=c&d","b":"https://a.example/x?q","c":"why?"}'
    assert without_signatures(text) == text.replace("?b=c&d", "")
