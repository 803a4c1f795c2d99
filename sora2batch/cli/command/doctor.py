"""``sora2batch doctor``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    complete_manifest,
    json_option,
    log_option,
    printer_options,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch doctor", "sora2batch doctor campaign.yaml"),
)
@click.argument("manifest", required=False, type=FILE, shell_complete=complete_manifest)
@json_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Check the set-up: key, API, balance, clocks; with MANIFEST also its lockfile, folders, git and store.

    It sends nothing that costs. Exit code 2 if something must be mended before a run, 7 if the API cannot be
    reached and all else is well.
    """
    return call("doctor", **given)
