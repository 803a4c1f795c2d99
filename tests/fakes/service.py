"""The simulated API in a thread: its ledger outlives every process that dies while it talks to it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from aiohttp import web
from PIL import Image

from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.clock import SystemClock
from sora2batch.simulator.calls import Call
from sora2batch.simulator.fault import Dice, Fault, FaultKind, FaultTiming, Mishap
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.server import Server
from sora2batch.simulator.service import SimulatedService
from sora2batch.simulator.studio import Studio
from sora2batch.simulator.task import Task

TOOL = "crash-image-api"
PRICE = 100
_LONGEST_WAIT_SECONDS = 60.0
RESULT = "result"
"""What fetching a file is called here, beside the API's calls."""
TOOL_FILE = """{
  "title": "A picture at once",
  "kind": "image",
  "availability": "active",
  "expected_seconds": {"min": 0, "max": 1},
  "price": {"rule": "fixed", "credits": 100},
  "input": {
    "type": "object",
    "properties": {
      "prompt": {"description": "What it shows.", "type": "string", "pattern": "[^ ]"},
      "image": {"description": "What it starts from.", "type": "string", "format": "http-url", "media": "image"}
    },
    "required": ["prompt"],
    "additionalProperties": false
  }
}
"""


@dataclass(frozen=True)
class Charged:
    """One task that was paid."""

    task_id: str
    prompt: str


@dataclass(frozen=True)
class Created:
    """One create call as it arrived."""

    input: dict[str, Any]
    at: float
    """By ``time.time``."""


class QuickStudio(Studio):
    """Draws nothing: a picture here is a small JPEG file with the task's name in it, so that each is another."""

    async def film(self, task: Task) -> bytes:
        return _named_picture(task.id.encode() * 1000)


def _named_picture(name: bytes) -> bytes:
    """Put a name into a picture, as a comment behind the mark of its beginning."""
    comment = b"\xff\xfe" + (len(name) + 2).to_bytes(2) + name
    return _picture()[:2] + comment + _picture()[2:]


@cache
def _picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 36), (200, 80, 40)).save(file, "JPEG")
    return file.getvalue()


class Moods(Dice):
    """Dice of which one can say for every kind of call what happens to it."""

    def __init__(self, faults: tuple[Fault, ...], *, seed: int) -> None:
        super().__init__(faults, seed=seed)
        self.rates = self._rates
        self.always: dict[str, Mishap] = {}

    def mishap(self, call: str, subject: str, kinds: tuple[FaultKind, ...]) -> Mishap | None:
        return self.always.get(call) or super().mishap(call, subject, kinds)


class Service:
    """A context manager: answers while the block lasts. The event loop is its thread's own."""

    def __init__(
        self, tools_dir: Path, *, faults: Iterable[Fault] = (), seed: int = 0, speed: float = 1000.0
    ) -> None:
        options = SimulatorOptions(speed=speed, seed=seed, faults=tuple(faults))
        self._dice = Moods(options.faults, seed=seed)
        self.simulated = SimulatedService(
            options, load_catalog([tools_dir]), clock=SystemClock(), dice=self._dice
        )
        self._options = options
        self._active = 0
        self._stalled: set[str] = set()
        self.calls: Counter[str] = Counter()
        """How often each call was begun."""
        self.created: list[Created] = []
        """Every create call, in order."""
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="service")
        self._is_ready = Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/un-api"

    def charges(self) -> list[Charged]:
        """Everything that was paid, in order; the thread only ever adds to it."""
        return [
            Charged(charge.task_id, self.simulated.task(charge.task_id).prompt)
            for charge in self.simulated.charges
        ]

    @property
    def spent(self) -> int:
        return sum(charge.credits for charge in self.simulated.charges)

    def stall(self, call: Call | str) -> None:
        """From now on this call is neither obeyed nor answered until the service recovers, then both."""
        self._stalled.add(call)
        self._loop.call_soon_threadsafe(self._recovered.clear)

    def refuse(self, call: Call | str) -> None:
        """From now on this call is answered with 429 and Retry-After."""
        self._dice.always[call] = Mishap(kind=FaultKind.TOO_MANY, timing=FaultTiming.BEFORE)

    def fail_generations(self) -> None:
        """From now on every task fails; it is paid all the same."""
        self._dice.rates[FaultKind.FAIL] = 1.0

    def recover(self) -> None:
        """Answer as usual again: no call stalls or is refused, nothing goes wrong by chance."""
        self._stalled.clear()
        self._loop.call_soon_threadsafe(self._recovered.set)
        self._dice.always.clear()
        self._dice.rates.clear()

    def wait_for(self, call: Call | str, count: int = 1) -> None:
        """Wait until a call was begun so many times."""

        self._wait_until(lambda: self.calls[call] >= count)

    def drain(self) -> None:
        """Wait until nothing that a dead process has sent is on its way any more."""
        self._wait_until(lambda: not self._active and not self._runner.server.connections)

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        """Look after every few milliseconds, between two steps of the thread's loop."""

        async def look() -> bool:
            return is_so()

        end = time.monotonic() + _LONGEST_WAIT_SECONDS
        while not asyncio.run_coroutine_threadsafe(look(), self._loop).result():
            assert time.monotonic() < end, f"waited in vain; calls so far: {self.calls}"
            time.sleep(0.002)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end, self._recovered = asyncio.Event(), asyncio.Event()
        async with AsyncExitStack() as stack:
            studio = QuickStudio()
            stack.callback(studio.close)
            given = {"speed": self._options.speed, "inputs": self._options.inputs}
            server = Server(self.simulated, studio, self._dice, **given)
            app = server.application()
            app.middlewares.append(self._counted)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
            stack.push_async_callback(self._runner.cleanup)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
            self._port = self._runner.addresses[0][1]
            await stack.enter_async_context(server.fetching())
            self._is_ready.set()
            await self._end.wait()

    @web.middleware
    async def _counted(self, request: web.Request, handler) -> web.StreamResponse:
        name = request.path.split("/")[-1] if "/api/" in request.path else RESULT
        self._active += 1
        self.calls[name] += 1
        if name == Call.CREATE:
            self.created.append(Created((await request.json())["input"], time.time()))
        try:
            if name in self._stalled:
                await self._recovered.wait()
            return await handler(request)
        finally:
            self._active -= 1
