from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sora2batch.sjinn.server_clock import ServerClock

HERE = datetime(2026, 11, 22, 9, 0, 0, 400_000, tzinfo=UTC)


class SetClock:
    def __init__(self, moment):
        self.moment = moment
        self.seconds = 7.0

    def now(self):
        return self.moment

    def monotonic(self):
        return self.seconds


def test_a_clock_that_agrees_to_a_few_seconds_is_left_alone():
    clock = ServerClock(SetClock(HERE))
    clock.observe({"Date": "Sun, 22 Nov 2026 09:00:02 GMT"})
    assert clock.now() == HERE


@pytest.mark.parametrize("minutes", [-90, -1, 1, 90])
def test_a_clock_that_is_wrong_is_set_right_by_the_answer(minutes):
    machine = SetClock(HERE + timedelta(minutes=minutes))
    clock = ServerClock(machine)
    clock.observe({"date": "Sun, 22 Nov 2026 09:00:00 GMT"})
    assert clock.now() == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_clock_that_is_put_back_in_between_is_set_right_by_the_next_answer():
    machine = SetClock(HERE)
    clock = ServerClock(machine)
    clock.observe({"Date": "Sun, 22 Nov 2026 09:00:00 GMT"})
    machine.moment = HERE - timedelta(hours=2)
    clock.observe({"Date": "Sun, 22 Nov 2026 09:00:05 GMT"})
    assert clock.now() == datetime(2026, 11, 22, 9, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_moved_between_two_answers_makes_no_difference(hours):
    machine = SetClock(HERE)
    clock = ServerClock(machine)
    clock.observe({"Date": "Sun, 22 Nov 2026 09:00:00 GMT"})
    machine.moment = HERE + timedelta(hours=hours)
    machine.seconds += 3
    assert clock.now() == HERE + timedelta(seconds=3)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": ""}])
def test_an_answer_without_a_date_says_nothing(headers):
    clock = ServerClock(SetClock(HERE))
    clock.observe(headers)
    assert clock.now() == HERE
    assert clock.monotonic() == 7.0


@pytest.mark.parametrize(
    "date",
    [
        "Sun, 22 Nov 99999999999999999999 09:00:00 GMT",
        "Sun, 22 Nov 9999 09:00:00 GMT",
        "Sun, 22 Nov 0150 09:00:00 GMT",
    ],
)
def test_a_date_that_no_clock_shows_says_nothing(date):
    clock = ServerClock(SetClock(HERE))
    clock.observe({"Date": date})
    assert clock.now() == HERE
