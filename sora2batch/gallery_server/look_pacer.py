"""When to look at the batch again: when a page asks, and no more often than looking is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

_BETWEEN_SECONDS = 0.5
_WORTH_OF_A_LOOK = 4
"""A look that takes long is not taken again before this many times as long has passed."""
_PATIENCE_SECONDS = 0.4
"""A page is told what is known already rather than kept waiting for a long look."""


class LookPacer:
    """Takes looks in a thread, one at a time. Where no page asks, nothing is looked at."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._task: asyncio.Task[None] | None = None
        self._next = 0.0

    async def look(self) -> None:
        """See to it that the batch is known as it is about now, if that does not take long."""
        if self._task is None or self._task.done():
            if asyncio.get_running_loop().time() < self._next:
                return
            self._task = asyncio.create_task(self._take())
        await asyncio.wait({self._task}, timeout=_PATIENCE_SECONDS)

    async def close(self) -> None:
        """Wait for nothing any longer; a look that is under way changes nothing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _take(self) -> None:
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            await asyncio.to_thread(self._look)
        finally:
            self._next = clock() + max(_BETWEEN_SECONDS, _WORTH_OF_A_LOOK * (clock() - started))
