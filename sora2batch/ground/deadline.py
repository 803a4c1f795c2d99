"""A moment until which something must have begun, also where the machine sleeps in between."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds_with_sleep() -> float:
    """Tell seconds on a clock that never goes back and goes on while the machine sleeps, where there is one.

    Source: clock_gettime(2), ``CLOCK_BOOTTIME``. Elsewhere the monotonic clock mostly does so.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Deadline:
    """So many seconds from now on."""

    __slots__ = ("_clock", "_end")

    def __init__(self, seconds: float, clock: Callable[[], float] = seconds_with_sleep) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def has_passed(self) -> bool:
        """Tell whether it is too late."""
        return self._clock() > self._end
