"""What Ctrl-C is to a program, for the work of a thread: no signal reaches it, and a notebook has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

_current: ContextVar[Interrupter | None] = ContextVar("interrupter", default=None)


class Interrupter:
    """Interrupts the event loops of a thread, one after the other; may be called from any thread.

    What comes between two loops waits for the next one, which then ends before it has begun.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = 0
        self._listener: Callable[[], None] | None = None

    def interrupt(self) -> None:
        """Do what Ctrl-C does: the first one ends the submitting, another one the waiting for answers."""
        with self._lock:
            if self._listener:
                self._listener()
            else:
                self._waiting += 1

    @contextmanager
    def heard_by(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have a loop hear it while the block lasts, and what was not heard before at once."""
        with self._lock:
            self._listener = listener
            for _ in range(self._waiting):
                listener()
            self._waiting = 0
        try:
            yield
        finally:
            with self._lock:
                self._listener = None

    def take_over(self) -> None:
        """Interrupt from now on what this thread does, or this context."""
        _current.set(self)


def current_interrupter() -> Interrupter | None:
    """Find what interrupts this thread; None where signals do."""
    return _current.get()
