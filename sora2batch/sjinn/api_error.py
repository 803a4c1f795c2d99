"""The errors of talking to the API and of fetching results."""

from __future__ import annotations

from typing import ClassVar

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class ApiError(Sora2BatchError):
    """The API could not be understood; nothing is lost, a later run goes on."""

    exit_code: ClassVar[ExitCode] = ExitCode.OPEN


class UnreachableError(ApiError):
    """Nothing at all came back from the API: no connection, or one that broke off each time.

    Only questions raise it, which cost nothing.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.UNREACHABLE

    def __init__(self, reason: str) -> None:
        hint = "nothing was sent: run it again once there is a connection"
        super().__init__(f"the API cannot be reached: {reason}", hint=hint)


class LedgerError(ApiError):
    """The credits ledger could not be read to its end, so nothing may be concluded from it."""


class KeyRefusedError(Sora2BatchError):
    """The API refused the key."""

    exit_code: ClassVar[ExitCode] = ExitCode.KEY


class DownloadError(Sora2BatchError):
    """A result that was paid for could not be fetched; the next run tries again."""

    exit_code: ClassVar[ExitCode] = ExitCode.OPEN

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One sentence for the lockfile's ``error``; never a URL's query string."""


class NoFileError(DownloadError):
    """The host keeps sending something that is no file; a fresh URL may help."""
