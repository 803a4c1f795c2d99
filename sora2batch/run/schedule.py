"""A heap of due times instead of a sleeping coroutine for each open task."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Schedule(Generic[_T]):
    """Hands out items when they are due, the earliest first; several workers may wait for the next."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, _T]] = []
        self._numbers = count()
        self._changed = asyncio.Event()
        self._next_lock = asyncio.Lock()
        self._ended = False

    def put(self, item: _T, due: float) -> None:
        """Hand the item out at ``due``, in seconds of the event loop's clock."""
        heappush(self._heap, (due, next(self._numbers), item))
        self._changed.set()

    def end(self) -> None:
        """Make every present and future ``next`` return None."""
        self._ended = True
        self._changed.set()

    async def next(self) -> _T | None:
        """Wait for the next item that is due; None once the schedule has ended."""
        async with self._next_lock:
            while not self._ended:
                due = self._heap[0][0] if self._heap else None
                if due is not None and due <= asyncio.get_running_loop().time():
                    return heappop(self._heap)[2]
                self._changed.clear()
                await self._change(due)
            return None

    def __len__(self) -> int:
        return len(self._heap)

    async def _change(self, due: float | None) -> None:
        """Wait until something was put, the schedule has ended, or it is time."""
        try:
            async with asyncio.timeout_at(due):
                await self._changed.wait()
        except TimeoutError:
            return
