"""``sora2batch status``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    json_option,
    log_option,
    manifests_argument,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode

_INTERVAL = 2.0


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch status campaign.yaml",
        "sora2batch status campaign.yaml --simulate    of the last simulated run",
        "sora2batch status campaign.yaml --watch       follow a run that is under way elsewhere",
        "sora2batch status campaign.yaml --csv > jobs.csv",
        "sora2batch status campaign.yaml --ledger      what failed and was charged, for the API's support",
    ),
)
@manifests_argument
@click.option(
    "--watch", is_flag=True, help="Show it anew whenever it changes, until nothing is open any more."
)
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How often --watch looks.  [default: 2]",
)
@click.option(
    "--ledger",
    "asks_ledger",
    is_flag=True,
    help="Only what failed and was charged, as the account's ledger has it: task ids and times in UTC. "
    "Needs the key.",
)
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print a line for every job for a spreadsheet; also with --ledger."
)
@json_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(
    *,
    watch: bool,
    interval: float | None,
    asks_ledger: bool,
    as_csv: bool,
    as_json: bool,
    simulated: bool,
    **given: Any,
) -> ExitCode:
    """Show where every job stands and what it cost; without --ledger it needs neither key nor network.

    At a terminal: a table of the groups, the jobs to look at, the credits, and what to type next. Elsewhere:
    a line for each job.

    --watch ends when no task is open and no run is under way. It only looks: a run in another process goes
    on undisturbed. Outside a terminal it prints a line whenever something changed.

    Exit code 0 whenever it can tell; 130 if Ctrl-C ended a watch before its time.
    """
    _check(watch=watch, interval=interval, as_json=as_json)
    _check_ledger(asked=asks_ledger, watch=watch, simulated=simulated)
    _check_csv(asked=as_csv, watch=watch, as_json=as_json)
    if as_csv and asks_ledger:
        return call("status --ledger --csv", **given)
    if as_csv:
        return call("status --csv", simulated=simulated, **given)
    if asks_ledger:
        return call("status --ledger", as_json=as_json, **given)
    if watch:
        return call("status --watch", interval=interval or _INTERVAL, simulated=simulated, **given)
    return call("status", as_json=as_json, simulated=simulated, **given)


def _check(*, watch: bool, interval: float | None, as_json: bool) -> None:
    if watch and as_json:
        raise click.UsageError("--watch shows many states and --json is one document: give one of them")
    if interval is not None and not watch:
        raise click.UsageError("--interval is for --watch")


def _check_csv(*, asked: bool, watch: bool, as_json: bool) -> None:
    if asked and (watch or as_json):
        raise click.UsageError("--csv is one table: leave out --watch and --json")


def _check_ledger(*, asked: bool, watch: bool, simulated: bool) -> None:
    if asked and watch:
        raise click.UsageError("--ledger looks once: leave out --watch")
    if asked and simulated:
        raise click.UsageError("--ledger asks the account, which a simulated run never charges")
