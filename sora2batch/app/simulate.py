"""The simulated API as a server of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.process.signals import Terminated
from sora2batch.catalog.catalog import load_catalog
from sora2batch.simulator.fault import parse_fault
from sora2batch.simulator.options import SimulatorOptions
from sora2batch.simulator.serve import serve_forever


def serve(  # noqa: PLR0913  # so much can be told to a simulator
    printer: Printer,
    *,
    port: int,
    speed: float,
    balance: int,
    faults: Sequence[str],
    seed: int,
    tools_dirs: Sequence[Path],
) -> None:
    """Serve until Ctrl-C or SIGTERM; where it can be found is the result, so it goes to standard output.

    Raises:
        UsageError: the port is taken, or a fault is none.
    """
    options = SimulatorOptions(
        port=port,
        speed=speed,
        balance=balance,
        faults=tuple(map(parse_fault, faults)),
        seed=seed,
        tell=printer.info,
    )
    catalog = load_catalog(tools_dirs_for(Path(), tools_dirs))
    with suppress(KeyboardInterrupt, Terminated):
        run_loop(partial(serve_forever, options, catalog, announce=printer.output))
