"""``sora2batch verify``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    json_option,
    manifest_argument,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch verify campaign.yaml",),
)
@manifest_argument
@click.option("--store", "in_store", is_flag=True, help="Look at the objects in the store instead.")
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(*, in_store: bool, **given: Any) -> ExitCode:
    """Hash every file again and compare it with the lockfile, orphans included; look whether it is a result.

    Exit code 1 if a file is missing, differs or is no whole video, picture or sound; `sora2batch download`
    fetches it again. With --store the store is asked for every object of the finished jobs and of the files
    that jobs send: exit code 1 if one is not there or has another length.
    """
    return call("verify --store" if in_store else "verify", **given)
