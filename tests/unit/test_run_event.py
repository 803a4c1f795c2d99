from __future__ import annotations

from sora2batch.run.event import BestEffortListener, Stopped


def test_a_listener_is_heard_until_it_fails():
    told = []

    def listener(event):
        told.append(event)
        if len(told) == 2:
            raise ValueError("I/O operation on closed file")

    best_effort = BestEffortListener(listener)
    for number in range(4):
        best_effort(Stopped(message=str(number)))
    assert [event.message for event in told] == ["0", "1"]
