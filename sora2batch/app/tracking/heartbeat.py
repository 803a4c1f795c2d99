"""A run's heartbeat: time goes by although nothing happens, and whoever watches should see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sora2batch.run.event import BestEffortListener, Listener, Ticked

_SECONDS = 1.0


@contextmanager
def heartbeat(listener: Listener) -> Iterator[None]:
    """Tell a listener of every second while the block lasts; needs a running event loop."""
    beating = _Heartbeat(BestEffortListener(listener), asyncio.get_running_loop())
    beating.rest()
    try:
        yield
    finally:
        beating.end()


class _Heartbeat:
    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self._listener = listener
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def rest(self) -> None:
        """Wait for the next beat."""
        self._timer = self._loop.call_later(_SECONDS, self._beat)

    def _beat(self) -> None:
        self.rest()
        self._listener(Ticked())

    def end(self) -> None:
        """Beat no more."""
        if self._timer:
            self._timer.cancel()
