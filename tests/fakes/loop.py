"""Virtual time: an event loop whose clock jumps to the next timer whenever nothing is ready."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

_TICK = 1e-9
"""Seconds that a round of the loop takes; so a timer of no length at all cannot stop time."""


class DeadlockError(AssertionError):
    """Everybody waits, and nothing is ever going to happen."""


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if timeout is None and not events:
            raise DeadlockError("every task waits, and no timer is set")
        self.time += _TICK + (0.0 if events else timeout or 0.0)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop for code that waits but touches neither threads nor sockets."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.time


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class LoopClock:
    """A clock that tells the event loop's time."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)) -> None:
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()
