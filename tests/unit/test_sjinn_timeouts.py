from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sora2batch.sjinn.timeouts import backoff_seconds, retry_after

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 1.5 ", 1.5),
        ("99999", 3600.0),
        ("inf", 3600.0),
        ("Sun, 22 Nov 2026 09:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 09:00:30", 30.0),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_an_hour(text, seconds):
    assert retry_after({"retry-AFTER": text}, now=NOW) == seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "nan", "Sun, 99 Nov 2026 09:00:30 GMT", "1 2", "0 0 0 0 0"]
)
def test_a_retry_after_that_makes_no_sense_is_ignored(text):
    assert retry_after({"Retry-After": text}, now=NOW) is None


def test_without_the_header_nothing_was_asked():
    assert retry_after({}, now=NOW) is None


def test_the_wait_doubles_up_to_half_a_minute():
    assert [backoff_seconds(n) for n in (1, 2, 3, 4, 5, 6, 5000)] == [1, 2, 4, 8, 16, 30, 30]


def test_the_wait_heeds_the_server_within_half_a_minute():
    assert [backoff_seconds(2, asked) for asked in (0.0, 5.0, 3600.0)] == [2, 5, 30]
