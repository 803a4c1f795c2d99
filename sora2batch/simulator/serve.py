"""Run a simulator: beside a client in one event loop, or on its own until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.ground.errors import UsageError
from sora2batch.simulator.fault import Dice
from sora2batch.simulator.input_picture import InputPictures
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.server import Server
from sora2batch.simulator.service import SimulatedService
from sora2batch.simulator.studio import Studio

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSimulator:
    """A simulator that is answering."""

    home: str
    """``http://127.0.0.1:PORT``: a page for people, the sample pictures and the results."""
    service: SimulatedService
    """The service itself, for tests: what was created and what was charged."""

    @property
    def url(self) -> str:
        """The base URL of the API, for ``SORA2BATCH_API_URL``."""
        return f"{self.home}/api/un-api"

    def input_url(self, name: str) -> str:
        """Write the URL of one of the user's own files, by its name there: ``HEX.jpg``."""
        return f"{self.home}/inputs/{name}"


@asynccontextmanager
async def simulator(
    options: SimulatorOptions, catalog: Catalog, *, clock: Clock | None = None
) -> AsyncIterator[RunningSimulator]:
    """Serve the API on the loopback address for as long as the block lasts.

    Raises:
        UsageError: the port is taken.
    """
    dice = Dice(options.faults, seed=options.seed)
    service = SimulatedService(options, catalog, clock=clock or SystemClock(), dice=dice)
    studio = Studio(InputPictures(options.inputs), tell=options.tell, flaw_of=dice.clip_fault)
    server = Server(service, studio, dice, speed=options.speed, inputs=options.inputs)
    # Nobody waits for slow answers at the end: nothing is written anywhere.
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.2)
    try:
        await runner.setup()
        port = await _listen(runner, options.port)
        async with server.fetching():
            yield RunningSimulator(home=f"http://{_HOST}:{port}", service=service)
    finally:
        await runner.cleanup()
        studio.close()


async def serve_forever(
    options: SimulatorOptions, catalog: Catalog, *, announce: Callable[[str], None]
) -> None:
    """Serve until cancelled; lines for people go to ``announce``.

    Raises:
        UsageError: the port is taken.
    """
    async with simulator(options, catalog) as running:
        announce(f"Simulator: {running.home} ({options.speed:g} times as fast as the real thing)")
        announce(f"API: SORA2BATCH_API_URL={running.url} with any SJINN_API_KEY; nothing is spent")
        await asyncio.Event().wait()


async def _listen(runner: web.AppRunner, port: int) -> int:
    try:
        await web.TCPSite(runner, _HOST, port).start()
    except OSError as error:
        reason = error.strerror or "it is taken"
        hint = "choose another with --port, or 0 for any free one"
        raise UsageError(f"the simulator cannot listen on port {port}: {reason}", hint=hint) from error
    chosen: int = runner.addresses[0][1]
    return chosen
