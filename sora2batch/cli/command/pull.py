"""``sora2batch pull``."""

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
from sora2batch.cli.table import CONFIGURED_QUEUE, resolve
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch pull campaign.yaml",),
)
@manifest_argument
@select_option
@json_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Fetch the files of finished jobs that are missing or differ, from the store alone.

    Works without a key: the lockfile and the store suffice. Exit code 4 if the store does not have a file.

    Where SORA2BATCH_QUEUE names the database of a fleet, what its workers have done goes into the lockfile
    first. Files of a batch without a store come from the API then, as with `download`.
    """
    is_shared = not given["simulated"] and resolve(CONFIGURED_QUEUE)() is not None
    return call("pull --fleet" if is_shared else "pull", **given)
