"""What ends the submitting before the plan is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class StopReason(Enum):
    """Why no more jobs are submitted."""

    KEY = "the API refuses the key"
    CREDITS = "the money does not suffice, or a price is not what it should be"
    FAIL_FAST = "a job failed, and that is to end it"
    UNAVAILABLE = "the API takes no calls"
    UNREACHABLE = "nothing at all came back from the API"
    DISK = "results can no longer be kept"
    INTERRUPT = "Ctrl-C"
    TERMINATE = "SIGTERM"

    @property
    def exit_code(self) -> ExitCode:
        """What a process ends with for this reason."""
        return _EXIT_CODES[self]

    @property
    def is_signal(self) -> bool:
        """Tell whether somebody wants the process to end now: waiting and downloading stop as well."""
        return self in {StopReason.INTERRUPT, StopReason.TERMINATE}

    @property
    def ends_waiting(self) -> bool:
        """Tell whether there is no use in polling and downloading any longer."""
        return self.is_signal or self is StopReason.DISK


_EXIT_CODES = {
    StopReason.KEY: ExitCode.KEY,
    StopReason.CREDITS: ExitCode.BUDGET,
    StopReason.FAIL_FAST: ExitCode.FAILED,
    StopReason.UNAVAILABLE: ExitCode.OPEN,
    StopReason.UNREACHABLE: ExitCode.UNREACHABLE,
    StopReason.DISK: ExitCode.OPEN,
    StopReason.INTERRUPT: ExitCode.INTERRUPTED,
    StopReason.TERMINATE: ExitCode.TERMINATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """A reason, as it was first given."""

    reason: StopReason
    message: str
    error: Sora2BatchError | None = None
    """What to tell the user in the end, where it is more than the message."""


class StopSignal:
    """Pulled once by whoever finds a reason; everybody who must know is told at that moment."""

    def __init__(self) -> None:
        self._stops: list[StopRequest] = []
        self._listeners: list[Callable[[StopRequest], None]] = []

    @property
    def stops(self) -> tuple[StopRequest, ...]:
        """Every reason, in the order in which they came."""
        return tuple(self._stops)

    @property
    def is_pulled(self) -> bool:
        """Tell whether submitting has ended."""
        return bool(self._stops)

    def on_pull(self, listener: Callable[[StopRequest], None]) -> None:
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
