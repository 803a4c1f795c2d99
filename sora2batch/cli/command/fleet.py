"""``sora2batch fleet``: the commands that look after a fleet."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand, HelpfulGroup, show_help_alone
from sora2batch.cli.option import (
    FILE,
    WholeNumber,
    complete_key,
    complete_manifest,
    json_option,
    log_option,
    manifest_argument,
    printer_options,
    select_option,
    tools_dir_option,
)
from sora2batch.ground.digits import SAFE_INTEGER
from sora2batch.ground.errors import ExitCode


class _WholeNumberOrNone(WholeNumber):
    """A whole number, or the word ``none``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the number; leave the word as it is."""
        return value if value == "none" else super().convert(value, param, ctx)


@click.group(cls=HelpfulGroup, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Look after the work of several machines on one budget.

    Its PostgreSQL database is named by SORA2BATCH_QUEUE.
    """
    show_help_alone(context)


@command.command(
    cls=ExampleCommand, examples=("sora2batch fleet init", "sora2batch fleet init --grant workers")
)
@click.option(
    "--grant",
    "grants",
    metavar="ROLE",
    multiple=True,
    help="Let a role of the database use the tables, and do nothing else. Can be given several times.",
)
@click.option(
    "--month-credits",
    type=_WholeNumberOrNone(0, SAFE_INTEGER),
    metavar="N",
    help="What the account of this machine's key may spend in a calendar month (UTC), over all batches; "
    "`none` for no limit.",
)
@printer_options
def init(**given: Any) -> ExitCode:
    """Make the tables in the database, or bring them up to date.

    Once for each fleet, and again after an upgrade; where there is nothing to do, nothing is done. Who calls
    it owns the tables. Everybody else needs no more than what --grant gives.
    """
    return call("fleet init", **given)


@command.command(
    FILE,
    WholeNumber,
    complete_key,
    complete_manifest,
    json_option,
    log_option,
    manifest_argument,
    printer_options,
    select_option,
    tools_dir_option,
)
from sora2batch.ground.digits import SAFE_INTEGER
