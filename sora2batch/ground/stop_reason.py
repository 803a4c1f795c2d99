"""Why a run, or the whole program, ends before its time, and the exit code of each reason: the only table."""

from __future__ import annotations

from enum import Enum

from sora2batch.ground.errors import ExitCode


class StopReason(Enum):
    """Why no more jobs are submitted."""

    KEY = "the API refuses the key"
    CREDITS = "the money does not suffice, or a price is not what it should be"
    FAIL_FAST = "a job failed, and that is to end it"
    UNAVAILABLE = "the API takes no calls"
    NO_ANSWER = "calls get no answer that can be trusted, one after the other"
    UNREACHABLE = "nothing at all came back from the API"
    DISK = "results can no longer be kept"
    INTERRUPT = "Ctrl-C"
    TERMINATE = "SIGTERM"
    DECLINED = "whoever was asked said no"

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
    StopReason.NO_ANSWER: ExitCode.OPEN,
    StopReason.UNREACHABLE: ExitCode.UNREACHABLE,
    StopReason.DISK: ExitCode.OPEN,
    StopReason.INTERRUPT: ExitCode.INTERRUPTED,
    StopReason.TERMINATE: ExitCode.TERMINATED,
    StopReason.DECLINED: ExitCode.INTERRUPTED,
}
