"""The simulator in a thread: as ``sora2batch simulate``, without a process to start."""

from __future__ import annotations

import asyncio
from threading import Event, Thread

from sora2batch.catalog.catalog import load_catalog
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.serve import simulator


class SimulatorThread:
    """Answers from the start until it is stopped; the event loop is its thread's own."""

    def __init__(self, options: SimulatorOptions) -> None:
        self.url = ""
        self._options = options
        self._is_settled = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="simulator")
        self._thread.start()
        self._is_settled.wait()

    def stop(self) -> None:
        """Answer no more; once it has stopped, do nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with simulator(self._options, load_catalog()) as running:
                self.url = running.url
                self._is_settled.set()
                await self._end.wait()
        finally:
            self._is_settled.set()
