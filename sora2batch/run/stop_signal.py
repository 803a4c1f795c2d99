"""What ends the submitting before the plan is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class Halt(Enum):
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
        return self in {Halt.INTERRUPT, Halt.TERMINATE}

    @property
    def ends_waiting(self) -> bool:
        """Tell whether there is no use in polling and downloading any longer."""
        return self.is_signal or self is Halt.DISK


_EXIT_CODES = {
    Halt.KEY: ExitCode.KEY,
    Halt.CREDITS: ExitCode.BUDGET,
    Halt.FAIL_FAST: ExitCode.FAILED,
    Halt.UNAVAILABLE: ExitCode.OPEN,
    Halt.UNREACHABLE: ExitCode.UNREACHABLE,
    Halt.DISK: ExitCode.OPEN,
    Halt.INTERRUPT: ExitCode.INTERRUPTED,
    Halt.TERMINATE: ExitCode.TERMINATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A reason, as it was first given."""

    halt: Halt
    message: str
    error: Sora2BatchError | None = None
    """What to tell the user in the end, where it is more than the message."""


class Brake:
    """Pulled once by whoever finds a reason; everybody who must know is told at that moment."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._listeners: list[Callable[[Stop], None]] = []

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Every reason, in the order in which they came."""
        return tuple(self._stops)

    @property
    def is_pulled(self) -> bool:
        """Tell whether submitting has ended."""
        return bool(self._stops)

    def on_pull(self, listener: Callable[[Stop], None]) -> None:
        """Call the listener for each kind of reason, those of the past included."""
        self._listeners.append(listener)
        for stop in self._stops:
            listener(stop)

    def pull(self, halt: Halt, message: str, *, error: Sora2BatchError | None = None) -> None:
        """Stop the submitting; a kind of reason that is known already changes nothing."""
        if any(stop.halt is halt for stop in self._stops):
            return
        stop = Stop(halt=halt, message=message, error=error)
        self._stops.append(stop)
        for listener in self._listeners:
            listener(stop)
