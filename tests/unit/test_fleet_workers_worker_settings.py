from __future__ import annotations

from sora2batch.fleet.workers.worker_settings import DEFAULT_WORKER_SETTINGS as SETTINGS


def test_files_are_tried_to_be_fetched_for_more_than_a_day_before_they_are_given_up():
    waits = [SETTINGS.retry_seconds(tries) for tries in range(1, SETTINGS.fetch_tries)]
    assert waits[:3] == [5, 10, 20]
    assert max(waits) == 1800
    assert 24 * 3600 < sum(waits) < 36 * 3600


def test_the_end_comes_within_ten_seconds():
    assert SETTINGS.media_grace_seconds < SETTINGS.idle_end_seconds
    assert SETTINGS.grace_seconds + 0.5 < SETTINGS.end_seconds
    assert SETTINGS.end_seconds + SETTINGS.goodbye_seconds < 10


def test_a_database_that_is_away_is_asked_often_at_first():
    assert [SETTINGS.reconnect_seconds(tries) for tries in (1, 2, 3, 99)] == [0.2, 0.4, 0.8, 10.0]
