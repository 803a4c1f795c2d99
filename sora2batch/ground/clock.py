"""Time as a port: the wall clock for records, the monotonic one for waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program asks about time; tests pass one they move by hand."""

    def now(self) -> datetime:
        """Tell the wall clock's time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Tell seconds on a clock that never goes back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Tell the wall clock's time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Tell seconds on the machine's monotonic clock."""
        return time.monotonic()


def to_timestamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the second: ``2026-11-22T09:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_timestamp(text: str) -> datetime:
    """Read an RFC 3339 moment; one without an offset is taken as UTC.

    Raises:
        ValueError: the text is not a timestamp.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_of(text: str | None) -> datetime | None:
    """Read what a lockfile says of a time; None for what is none.

    Only this program writes lockfiles, or so it should be: what a person wrote by hand is kept as it is.
    """
    try:
        return from_timestamp(text) if text else None
    except ValueError:
        return None


def with_margin(moment: datetime | None) -> datetime | None:
    """Give a moment back if a margin can be taken of it: of the calendar's first and last year none can."""
    return moment if moment and 1 < moment.year < 9999 else None
