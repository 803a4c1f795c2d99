from __future__ import annotations

from sora2batch.ground.stop_reason import StopReason
from sora2batch.run.stop_signal import StopSignal


def test_a_stop_signal_tells_each_kind_of_reason_once():
    signal, told = StopSignal(), []
    signal.on_request(lambda stop: told.append(stop.message))
    signal.request_stop(StopReason.CREDITS, "first")
    signal.request_stop(StopReason.CREDITS, "second")
    signal.request_stop(StopReason.INTERRUPT, "third")
    assert told == ["first", "third"]
    assert signal.is_set


def test_a_stop_signal_tells_who_comes_late_what_has_happened():
    signal, told = StopSignal(), []
    signal.request_stop(StopReason.INTERRUPT, "Ctrl-C")
    signal.on_request(lambda stop: told.append(stop.reason))
    assert told == [StopReason.INTERRUPT]
