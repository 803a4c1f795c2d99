"""``sora2batch simulate``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import WholeNumber, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch simulate --port 8080 --fault 429=0.2 --fault reset=0.05",
        "SORA2BATCH_API_URL=http://127.0.0.1:8080/api/un-api SJINN_API_KEY=any sora2batch run campaign.yaml",
    ),
)
@click.option("--port", type=WholeNumber(0, 65535), default=0, metavar="N", help="0 takes a free one.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How many times faster than the real thing.",
)
@click.option(
    "--balance",
    type=WholeNumber(min=0),
    default=1_000_000,
    show_default=True,
    help="Credits at the start.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND=RATE",
    help="429, 500, reset, slow, fail, truncate or page; or, of fetching an input, input-gone, input-403, "
    "input-expired, input-length or input-slow; or, of a clip, black, frozen, silent, short or shape; or, of "
    "a result once it was fetched, result-gone, result-expired, result-length or result-forgotten; at a "
    "rate from 0 to 1. May be repeated.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides every draw.")
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Serve the simulated API on a loopback port, for other programs and for trying things out.

    It costs nothing. Ctrl-C ends it.
    """
    return call("simulate", **given)
