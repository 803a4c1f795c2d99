"""``sora2batch explain``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    complete_key,
    json_option,
    manifest_argument,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch explain campaign.yaml hero/fox/slow-pan",
        "sora2batch explain campaign.yaml 550e8400-e29b-41d4-a716-446655440000    whose task is this?",
    ),
)
@manifest_argument
@click.argument("key", shell_complete=complete_key)
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Tell everything about one job: KEY is its key, its fingerprint or the id of one of its tasks.

    Where each of its values comes from, with file, line and column: the matrix or a row of a data file, vars,
    defaults, the group, the tool. What its fingerprint is made of. What a run would do about it, and why.
    What was sent and charged for it, and when, also for what its key stood for before.

    Needs no key and no network.
    """
    return call("explain", **given)
