"""``sora2batch verify``."""

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
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch verify campaign.yaml", "sora2batch verify campaign.yaml --look"),
)
@manifest_argument
@click.option("--store", "in_store", is_flag=True, help="Look at the objects in the store instead.")
@click.option("--look", is_flag=True, help="Look at every clip as well: black, frozen, silent, short, cut.")
@json_option
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(*, in_store: bool, look: bool, **given: Any) -> ExitCode:
    """Hash every file again and compare it with the lockfile, orphans included; look whether it is a result.

    Exit code 1 if a file is missing, differs or is no whole video, picture or sound; `sora2batch download`
    fetches it again. With --store the store is asked for every object of the finished jobs and of the files
    that jobs send: exit code 1 if one is not there or has another length.

    With --look every clip is decoded in part, as `run` does once after each download, and the lockfile keeps
    what somebody should look at. That is told and changes no exit code; it needs no key. Exit code 6 if a run
    holds the lockfile.
    """
    if in_store and look:
        raise click.UsageError("--store asks the store, --look decodes what is here; give one of them")
    return call("verify --store" if in_store else "verify --look" if look else "verify", **given)
