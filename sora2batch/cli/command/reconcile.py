"""``sora2batch reconcile``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    json_option,
    log_option,
    manifest_argument,
    printer_options,
    settling_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch reconcile campaign.yaml",
        "sora2batch reconcile campaign.yaml --auto",
        "sora2batch reconcile campaign.yaml --adopt hero/fox=550e8400-e29b-41d4-a716-446655440000",
        "sora2batch reconcile campaign.yaml --release hero/fox",
    ),
)
@manifest_argument
@settling_options
@json_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Settle jobs in doubt with the credits ledger, and compare every charge with its price.

    Without a flag it only shows: for each job in doubt the tasks of the ledger that no lockfile knows, and
    every task that cost something else than its price. It sends nothing that costs; --release alone needs no
    key.

    Exit code 4 if jobs stay in doubt, 1 if a charge differs from its price.
    """
    return call("reconcile", **given)
