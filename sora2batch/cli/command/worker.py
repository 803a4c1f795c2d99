"""``sora2batch worker``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import WholeNumber, log_option, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch worker", "sora2batch worker --lanes media --concurrency 16"),
)
@click.option(
    "--lanes",
    default="submit,poll,media",
    show_default=True,
    metavar="LANES",
    help="What it does: create tasks, ask how they are doing, bring their files to the store.",
)
@click.option(
    "--concurrency",
    type=WholeNumber(1, 1000),
    default=8,
    show_default=True,
    metavar="N",
    help="How many tasks' files it fetches at once.",
)
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Print a JSON object for each event, on a line.")
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Work for a fleet, until it is told to end: any number of workers, on any number of machines.

    It takes what `run --fleet` has put in the database that SORA2BATCH_QUEUE names, for the account of its
    API key. Credentials of stores come from its own environment.

    SIGTERM or Ctrl-C end it within 10 seconds with exit code 0: it takes nothing new, waits for the answers
    of create calls under way, and leaves the rest to others. A second one ends it at once (130, 143).
    Whatever ends it, no job is paid twice: a call without an answer is in doubt.
    """
    return call("worker", **given)
