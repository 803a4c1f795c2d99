"""What ends the submitting before the plan is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.stop_reason import StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """A reason, as it was first given."""

    reason: StopReason
    message: str
    error: Sora2BatchError | None = None
    """What to tell the user in the end, where it is more than the message."""


class StopSignal:
    """Set once by whoever finds a reason; everybody who must know is told at that moment."""

    def __init__(self) -> None:
        self._stops: list[StopRequest] = []
        self._listeners: list[Callable[[StopRequest], None]] = []

    @property
    def stops(self) -> tuple[StopRequest, ...]:
        """Every reason, in the order in which they came."""
        return tuple(self._stops)

    @property
    def is_set(self) -> bool:
        """Tell whether submitting has ended."""
        return bool(self._stops)

    def on_request(self, listener: Callable[[StopRequest], None]) -> None:
        """Call the listener for each kind of reason, those of the past included."""
        self._listeners.append(listener)
        for stop in self._stops:
            listener(stop)

    def request_stop(self, reason: StopReason, message: str, *, error: Sora2BatchError | None = None) -> None:
        """Stop the submitting; a kind of reason that is known already changes nothing."""
        if any(stop.reason is reason for stop in self._stops):
            return
        stop = StopRequest(reason=reason, message=message, error=error)
        self._stops.append(stop)
        for listener in self._listeners:
            listener(stop)
