"""``sora2batch download``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
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
    examples=("sora2batch download campaign.yaml",),
)
@manifest_argument
@select_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Fetch the files of finished jobs that are missing, differ or are no results; submits nothing.

    Works without a key as long as the URLs do; with one, an expired URL is renewed. Exit code 4 if a file
    cannot be had.
    """
    return call("download", **given)
