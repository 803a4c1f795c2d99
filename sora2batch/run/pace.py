"""How fast tasks are created: a limit on open tasks, one pause for all, and backoff."""

from __future__ import annotations

import asyncio
import random
from collections import deque

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


def backoff_seconds(refusals: int, *, base: float, most: float) -> float:
    """Double with every refusal, then take a random part between half and all of it.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog (equal jitter).
    """
    whole = min(most, base * 2.0 ** min(refusals - 1, 30))
    return whole * random.uniform(0.5, 1.0)  # noqa: S311  # jitter is no secret


class ConcurrencyLimit:
    """How many tasks may be open at once; who has waited longest is next."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def open(self) -> int:
        """How many are taken; more than the limit where tasks of an earlier run are still open."""
        return self._open

    async def take(self) -> None:
        """Wait until one more may be open, and count it."""
        if self._open < self._limit:
            self._open += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            # The place may have been handed over in the same moment.
            if not waiter.cancelled():
                self.free()
            raise

    def occupy(self) -> None:
        """Count a task that is open already, even beyond the limit."""
        self._open += 1

    def free(self) -> None:
        """Give a place back, or hand it to whoever has waited longest."""
        while self._queue and self._open <= self._limit:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._open -= 1


class Pause:
    """One pause shared by all submitters: whoever is told to slow down slows down everybody."""

    def __init__(self) -> None:
        self._until = 0.0
        self._refusals = 0

    @property
    def is_on(self) -> bool:
        """Tell whether submitters have to wait."""
        return self._seconds_left() > 0

    def refuse(self, asked_seconds: float | None) -> float:
        """Begin or lengthen the pause; return its seconds from now on, 0 if it is long enough already.

        Calls that were under way together are refused together, which counts as one refusal.
        """
        left = self._seconds_left()
        if left <= 0:
            self._refusals += 1
        elif not asked_seconds:
            return 0.0
        seconds = asked_seconds or backoff_seconds(
            self._refusals, base=FIRST_PAUSE_SECONDS, most=LONGEST_PAUSE_SECONDS
        )
        if seconds <= left:
            return 0.0
        self._until = asyncio.get_running_loop().time() + seconds
        return seconds

    def accept(self) -> None:
        """Forget earlier refusals: the API takes calls again."""
        self._refusals = 0

    async def wait(self) -> None:
        """Return once no pause is on."""
        # The pause may be lengthened while it is waited for, hence the loop.
        while (left := self._seconds_left()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)

    def _seconds_left(self) -> float:
        return self._until - asyncio.get_running_loop().time()
