from __future__ import annotations

from sora2batch.ground.deadline import Deadline, seconds_with_sleep


def test_a_deadline_passes_once_its_seconds_are_over():
    now = [100.0]
    deadline = Deadline(20.0, lambda: now[0])
    assert not deadline.has_passed
    now[0] = 120.0
    assert not deadline.has_passed
    now[0] = 120.1
    assert deadline.has_passed


def test_the_clock_never_goes_back():
    assert seconds_with_sleep() <= seconds_with_sleep()
    assert not Deadline(1000.0).has_passed
