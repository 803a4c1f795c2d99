"""How many files and connections may be open at once, against what a run needs."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace

from sora2batch.ground.errors import UsageError
from sora2batch.manifest.model import RunOptions

try:
    import resource
except ImportError:  # Windows has no such limit
    _HAS_LIMIT = False
else:
    _HAS_LIMIT = True

_POLLS, _DOWNLOADS = 64, 8
_FOR_A_DOWNLOAD = 3
"""A connection, the file, and the file once more for hashing it."""
_FOR_THE_REST = 10
"""The ledger, looking names up, writing the lockfile beside itself."""
_LEAST = 1 + 1 + _FOR_A_DOWNLOAD + 4
"""One call, one question, one download at a time, and a lockfile that is written meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handles:
    """What the operating system lets this process open besides what is open already."""

    spare: int

    def check(self) -> None:
        """Refuse to pay for results that could not be kept.

        Raises:
            UsageError: there are fewer than a single job needs.
        """
        if self.spare < _LEAST:
            raise UsageError(
                f"only {max(0, self.spare):,} more files may be open at once, too few to keep results; "
                "nothing was sent",
                hint="allow more with `ulimit -n 1024`",
            )

    def fit(self, options: RunOptions) -> RunOptions:
        """Do less at once where there are too few handles for as much as is wished."""
        lacking = needed(options) - self.spare
        if lacking <= 0:
            return options
        room = max(2, self.spare - _FOR_THE_REST - _FOR_A_DOWNLOAD)
        calls = max(1, min(options.submit_concurrency, room // 2))
        tasks = max(1, min(options.concurrency, room - calls))
        return replace(options, submit_concurrency=calls, concurrency=tasks)


def needed(options: RunOptions) -> int:
    """Count the handles that a run opens at most."""
    asking = options.submit_concurrency + min(_POLLS, options.concurrency)
    return asking + _DOWNLOADS * _FOR_A_DOWNLOAD + _FOR_THE_REST


def find_handles(options: RunOptions) -> Handles | None:
    """Raise the limit as far as the run needs it and may; None where the system knows no limit."""
    if not _HAS_LIMIT:
        return None
    used = _open_now()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = used + needed(options)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else Handles(spare=soft - used)


def _open_now() -> int:
    """Count what is open; where that cannot be seen, what usually is."""
    try:
        return len(os.listdir("/dev/fd"))  # noqa: PTH208 - names, no paths
    except OSError:
        return 16
