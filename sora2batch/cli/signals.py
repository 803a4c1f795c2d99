"""Ctrl-C and SIGTERM: the first asks a run to end well, the second ends it at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sora2batch.run.brake import Brake, Halt

_HALTS = {signal.SIGINT: Halt.INTERRUPT, signal.SIGTERM: Halt.TERMINATE}


@contextmanager
def signals_pull(brake: Brake) -> Iterator[None]:
    """Let signals pull the brake while the block lasts; the second one cancels the current task."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def on_signal(halt: Halt) -> None:
        if any(stop.halt.is_signal for stop in brake.stops):
            task.cancel()
            return
        brake.pull(halt, "interrupted; waiting for the answers of calls under way (again: at once)")

    before = {number: signal.getsignal(number) for number in _HALTS}
    installed = []
    for number, halt in _HALTS.items():
        # Windows' event loops take no signal handlers; KeyboardInterrupt is all there is.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, on_signal, halt)
            installed.append(number)
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number] or signal.SIG_DFL)
