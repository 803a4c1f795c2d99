from __future__ import annotations

from fractions import Fraction

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.reel.reel_settings import read_seconds, read_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        ("30s", 30),
        ("1m30s", 90),
        ("2m", 120),
        ("1:30", 90),
        ("0.25", Fraction(1, 4)),
        ("1:02.5", 62.5),
    ],
)
def test_a_length_is_read_as_people_write_it(text, seconds):
    assert read_seconds(text, "--length") == seconds


@pytest.mark.parametrize("text", ["", "soon", "-3", "3 h", "1:2:3", "99999s", "1e9", "٣"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(UsageError, match="--length"):
        read_seconds(text, "--length")


def test_a_size_is_even_and_possible():
    assert read_size("1920x1080") == (1920, 1080)
    for text in ("1920", "1921x1080", "2x2", "9999x9999", "wide"):
        with pytest.raises(UsageError, match="--size"):
            read_size(text)
