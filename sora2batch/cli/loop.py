"""Event loops that no signal tears.

An exception that comes out of a signal handler comes between any two steps. In an event loop, its making or
its end, that may be between a line on disk and telling who waits for it, who then waits for ever.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias, TypeVar

from sora2batch.cli.failure import Terminated
from sora2batch.run.brake import Brake, Halt

T = TypeVar("T")

Taker: TypeAlias = Callable[[signal.Signals], bool]
"""Takes a signal in the event loop; tells whether it did."""

_ENDINGS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
_HALTS = {signal.SIGINT: Halt.INTERRUPT, signal.SIGTERM: Halt.TERMINATE}


def run_loop(work: Callable[[], Coroutine[Any, Any, T]], *, take: Taker | None = None) -> T:
    """Run a coroutine in an event loop of its own; a signal that nobody takes cancels it.

    Raises:
        KeyboardInterrupt: that was Ctrl-C; everything that the work held was let go of.
        Terminated: that was SIGTERM.
    """
    reception = _Reception(take)
    with reception.open(), asyncio.Runner() as runner:
        return runner.run(reception.attend(work()))


def pulling(brake: Brake) -> Taker:
    """Have the first signal pull the brake; who sends another does not want to wait for answers."""

    def take(number: signal.Signals) -> bool:
        if any(stop.halt.is_signal for stop in brake.stops):
            return False
        brake.pull(_HALTS[number], "interrupted; waiting for the answers of calls under way (again: at once)")
        return True

    return take


class _Reception:
    """Where signals wait until the event loop comes to them, or until there is none any more."""

    def __init__(self, take: Taker | None) -> None:
        self._take = take
        self._arrived: list[signal.Signals] = []
        self._untaken: list[signal.Signals] = []
        self._wake: Callable[[], object] | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Receive signals while the block lasts; then raise one that nobody took."""
        if threading.current_thread() is not threading.main_thread():  # signals never come there
            yield
            return
        before: dict[signal.Signals, Any] = {}
        try:
            for number in _ENDINGS:
                before[number] = signal.signal(number, self._receive)
            yield
        except asyncio.CancelledError:
            if not self._left:
                raise
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)
        if self._left:
            raise _ENDINGS[self._left[0]]

    async def attend(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work, and hand it the signals that come."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._wake = lambda: loop.call_soon_threadsafe(self._hand_over, task)
        self._hand_over(task)
        try:
            return await work
        finally:
            self._wake = None

    @property
    def _left(self) -> list[signal.Signals]:
        return self._untaken + self._arrived

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._arrived.append(signal.Signals(number))
        if self._wake:
            self._wake()

    def _hand_over(self, task: asyncio.Task[Any]) -> None:
        while self._arrived:
            number = self._arrived.pop(0)
            if self._take is None or not self._take(number):
                self._untaken.append(number)
                task.cancel()
