"""The simulated API as a server of its own."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from sora2batch.app.failure import Terminated
from sora2batch.app.loop import run_loop
from sora2batch.app.result import echo
from sora2batch.catalog.catalog import Catalog
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.serve import serve_forever


def serve(options: SimulatorOptions, catalog: Catalog) -> None:
    """Serve until Ctrl-C or SIGTERM; where it can be found is the result, so it goes to standard output.

    Raises:
        UsageError: the port is taken.
    """
    with suppress(KeyboardInterrupt, Terminated):
        run_loop(partial(serve_forever, options, catalog, announce=echo))
