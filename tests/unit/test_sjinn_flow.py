from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.still_clock import StillClock
from sora2batch.sjinn.flow import Flow


@pytest.mark.parametrize(("each", "is_dry"), [(1, True), (10_000, True), (10_300, False), (10**6, False)])
def test_a_minute_with_less_than_a_kibibyte_a_second_is_dry(each, is_dry):
    clock = StillClock()
    flow = Flow(clock)
    told = []
    for _ in range(6):
        clock.moment += timedelta(seconds=10)
        told.append(flow.has_dried_up(each))
    assert told == [False] * 5 + [is_dry]


def test_each_minute_counts_by_itself():
    clock = StillClock()
    flow = Flow(clock)
    clock.moment += timedelta(seconds=60)
    assert not flow.has_dried_up(10**9)
    clock.moment += timedelta(seconds=59)
    assert not flow.has_dried_up(1)
    clock.moment += timedelta(seconds=1)
    assert flow.has_dried_up(1)
