"""``sora2batch fleet``: the commands that look after a fleet."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand, HelpfulGroup, show_help_alone
from sora2batch.cli.option import (
    FILE,
    WholeNumber,
    complete_manifest,
    json_option,
    log_option,
    manifest_argument,
    printer_options,
    select_option,
    settling_options,
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
    cls=ExampleCommand, examples=("sora2batch fleet status", "sora2batch fleet status campaign.yaml --json")
)
@click.argument("manifests", metavar="[MANIFEST]...", nargs=-1, type=FILE, shell_complete=complete_manifest)
@json_option
@printer_options
def status(**given: Any) -> ExitCode:
    """Show what waits, who works, what was spent, and what somebody has to look at.

    With manifests, only their batches are told of; accounts and workers are always those of the whole fleet.
    """
    return call("fleet status", **given)


@command.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch fleet cancel campaign.yaml",
        "sora2batch fleet cancel campaign.yaml --select 'hero/*'",
    ),
)
@manifest_argument
@select_option
@json_option
@printer_options
def cancel(**given: Any) -> ExitCode:
    """Take back what is reserved of a manifest; its credits are free again.

    What was sent is paid, or may be: it stays, and workers see it to its end.
    """
    return call("fleet cancel", **given)


@command.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch fleet settle campaign.yaml",
        "sora2batch fleet settle campaign.yaml --auto",
        "sora2batch fleet settle campaign.yaml --adopt hero/fox=550e8400-e29b-41d4-a716-446655440000",
        "sora2batch fleet settle campaign.yaml --release hero/fox",
    ),
)
@manifest_argument
@settling_options
@json_option
@tools_dir_option
@log_option
@printer_options
def settle(**given: Any) -> ExitCode:
    """Settle jobs in doubt whose calls workers made, with the credits ledger.

    As reconcile does for a lockfile: without a flag it only shows, and every charge is compared with its
    price. A call that a worker may be at still is not released: that takes ten minutes. What is settled is
    in the database; pull writes it into the lockfile.

    Exit code 4 if jobs stay in doubt, 1 if a charge differs from its price.
    """
    return call("fleet settle", **given)
