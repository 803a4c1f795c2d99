"""Event loops that no signal tears.

An exception that comes out of a signal handler comes between any two steps. In an event loop, its making or
its end, that may be between a line on disk and telling who waits for it, who then waits for ever.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType
from typing import Any, TypeAlias, TypeVar

from sora2batch.app.process.interrupter import current_interrupter
from sora2batch.app.process.signals import ENDINGS, STOP_REASONS
from sora2batch.run.stop_signal import StopSignal

T = TypeVar("T")

Taker: TypeAlias = Callable[[signal.Signals], bool]
"""Takes a signal in the event loop; tells whether it did."""


def run_loop(work: Callable[[], Coroutine[Any, Any, T]], *, take: Taker | None = None) -> T:
    """Run a coroutine in an event loop of its own; a signal that nobody takes cancels it.

    Raises:
        KeyboardInterrupt: that was Ctrl-C; everything that the work held was let go of. What else went wrong
            meanwhile is its cause.
        Terminated: that was SIGTERM.
    """
    reception = _Reception(take)
    with reception.open(), asyncio.Runner() as runner:
        return runner.run(reception.attend(work()))


def on_signal(stop_signal: StopSignal) -> Taker:
    """Have the first signal end the submitting; who sends another does not want to wait for answers."""

    def take(number: signal.Signals) -> bool:
        if any(stop.reason.is_signal for stop in stop_signal.stops):
            return False
        stop_signal.request_stop(
            STOP_REASONS[number], "interrupted; waiting for the answers of calls under way (again: at once)"
        )
        return True

    return take


class _Reception:
    """Where signals wait until the event loop comes to them, or until there is none any more."""

    def __init__(self, take: Taker | None) -> None:
        self._take = take
        self._arrived: list[signal.Signals] = []
        self._untaken: list[signal.Signals] = []
        self._wake: Callable[[], object] | None = None
        self._is_over = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """Receive signals while the block lasts; then raise one that nobody took."""
        before: dict[signal.Signals, Any] = {}
        meanwhile: BaseException | None = None
        try:
            for number in _heard():
                before[number] = signal.signal(number, self._receive)
            interrupter = current_interrupter()
            with interrupter.heard_by(self._interrupt) if interrupter else nullcontext():
                yield
        except (asyncio.CancelledError, Exception) as error:
            if not self._left:
                raise
            meanwhile = error
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)
        if self._left:
            raise ENDINGS[self._left[0]] from meanwhile

    async def attend(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work, and hand it the signals that come."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._wake = lambda: loop.call_soon_threadsafe(self._hand_over, task)
        self._hand_over(task)
        try:
            with _woken_by_signals(loop) if _heard() else nullcontext():
                return await work
        finally:
            work.close()
            self._wake = None
            self._is_over = True

    @property
    def _left(self) -> list[signal.Signals]:
        return self._untaken + self._arrived

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._is_over and self._left:  # all is on disk, but a thread may hang there
            raise ENDINGS[signal.Signals(number)]
        self._arrived.append(signal.Signals(number))
        if self._wake:
            self._wake()

    def _interrupt(self) -> None:
        """Take an interrupt that another thread sends; it finds what it wakes open, or over."""
        self._arrived.append(signal.SIGINT)
        if wake := self._wake:
            with suppress(RuntimeError):  # the loop was closed in this moment
                wake()

    def _hand_over(self, task: asyncio.Task[Any]) -> None:
        while self._arrived:
            number = self._arrived.pop(0)
            if self._take is None or not self._take(number):
                self._untaken.append(number)
                task.cancel()


def _heard() -> list[signal.Signals]:
    """Choose the signals to receive: none outside the main thread, none that was ignored from the start."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [number for number in ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have a signal wake the loop, whichever thread the system gives it to and whenever it comes."""
    ours, theirs = _socket_pair()
    with ours, theirs:
        try:
            loop.add_reader(ours, _empty, ours)
        except NotImplementedError:  # Windows' loops see to it themselves
            yield
            return
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    return ours, theirs


def _empty(ours: socket.socket) -> None:
    with suppress(BlockingIOError):
        ours.recv(4096)
