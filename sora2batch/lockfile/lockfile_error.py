"""What can go wrong with a lockfile."""

from __future__ import annotations

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class LockfileError(Sora2BatchError):
    """A lockfile or journal that cannot be read, or not be opened for writing; it is left as it was."""


class JournalError(Sora2BatchError):
    """A line could not be made durable: what depends on it must not be done."""

    exit_code = ExitCode.OPEN


class SaveError(Sora2BatchError):
    """The lockfile could not be rewritten; the old one stands and the journal still knows everything."""

    exit_code = ExitCode.OPEN
