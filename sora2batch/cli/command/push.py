"""``sora2batch push``."""

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
    select_option,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch push campaign.yaml",),
)
@manifest_argument
@select_option
@json_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Put every recorded result that is on disk, and not in the store, there; orphans included.

    Files that were sent go there as well. Each is hashed on the way; what is there already is not sent again.
    Exit code 4 if a result is neither on disk nor in the store, or the store fails.
    """
    return call("push", **given)
