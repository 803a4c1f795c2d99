"""``sora2batch status``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.command import ExampleCommand
from sora2batch.cli.option import (
    chatter_options,
    json_option,
    manifests_argument,
    simulated_option,
    tools_dir_option,
)


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch status campaign.yaml",
        "sora2batch status campaign.yaml --simulate    of the last simulated run",
    ),
)
@manifests_argument
@json_option
@simulated_option
@tools_dir_option
@chatter_options
def command(
    manifests: tuple[Path, ...],
    as_json: bool,
    simulated: bool,
    tools_dirs: tuple[Path, ...],
    verbose: int,
    quiet: bool,
) -> None:
    """Show where every job stands and what it cost; needs neither key nor network.

    Exit code 0 whenever it can tell.
    """
    from sora2batch.cli.batch import loading  # noqa: PLC0415  # work is loaded when it is called for
    from sora2batch.cli.status import show_statuses  # noqa: PLC0415

    del verbose, quiet
    show_statuses(loading(tools_dirs, simulated=simulated), manifests, as_json=as_json)
