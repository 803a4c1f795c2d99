"""The errors a person may see, and the exit codes that tell a script what happened.

    Sora2BatchError              exit 2 unless a subclass says otherwise
      UsageError                 2  the call cannot be understood
      (manifest) ManifestError   2  every problem of a manifest at once
      (lockfile) LockfileError   2  a lockfile that cannot be read; it is left as it was
      (lockfile) LockHeldError   6  another run holds this lockfile
      (lockfile) JournalError, SaveError 4  the disk did not take what is known
      (plan)     StalePlanError  2  a saved plan that no longer fits
      (plan)     BudgetError     3  the plan costs more than the budget or the balance
      (sjinn)    ApiError        4  the API could not be understood
        UnreachableError         7  the API could not be reached
      (sjinn)    KeyRefusedError 5  the API refused the key
      (sjinn)    DownloadError   4  a file could not be had
      (run)      FileError       4  a file on its way to or from the store is not what it should be
      (run)      PriceDriftError 3  a task was charged another price than the catalogue's
      (fleet)    FleetError     4  the database of a fleet did not do what was asked
        FleetSchemaError         2  it is not set up, or not for this program
        DatabaseUnreachableError 7  there is no connection to it
      (reel)     ReelError       1  no clip can be used, or the reel cannot be written
      (app)      DeclinedError 130  whoever was asked said no

Each subclass lives beside the code that raises it. ``cli`` alone turns one into the end of the program;
others catch the base class where a run, a watch or the next batch goes on without what failed.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a process says when it ends; the table is part of the contract with scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BUDGET = 3
    OPEN = 4
    KEY = 5
    HELD = 6
    UNREACHABLE = 7
    PENDING = 10
    INTERRUPTED = 130
    TERMINATED = 143


_GRAVITY = (
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.KEY,
    ExitCode.BUDGET,
    ExitCode.OPEN,
    ExitCode.UNREACHABLE,
    ExitCode.FAILED,
)


def word_of(exit_code: int) -> str:
    """Name an exit code for programs: ``budget``, ``unreachable``; a bug is ``internal``."""
    return next((code.name.lower() for code in ExitCode if code == exit_code), "internal")


def gravest(codes: set[ExitCode]) -> ExitCode:
    """Choose the code to exit with when several apply; 0 when none does."""
    return next((code for code in _GRAVITY if code in codes), max(codes, default=ExitCode.DONE))


class Sora2BatchError(Exception):
    """Something a person can act on: one sentence of what is wrong, one of what to do."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What is wrong and where; one line, without a final full stop where a place leads it."""
        self.hint = hint
        """What to do about it, if that is not plain from the message."""

    @property
    def sentence(self) -> str:
        """The message with its hint in brackets, for a line that goes on."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(Sora2BatchError):
    """The call itself cannot be obeyed: a flag, an environment variable, a path."""
