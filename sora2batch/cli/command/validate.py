"""``sora2batch validate``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import json_option, manifests_argument, printer_options, tools_dir_option
from sora2batch.cli.printer import Chatter
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch validate campaign.yaml",
        "sora2batch validate manifests/ --json",
    ),
)
@manifests_argument
@json_option
@tools_dir_option
@printer_options
def command(
    manifests: tuple[Path, ...], as_json: bool, tools_dirs: tuple[Path, ...], verbose: int, quiet: bool
) -> ExitCode:
    """Check manifests and everything they expand to; list every problem with its place.

    Exit code 0 if all is well, 2 if there is a problem. Needs no key and no network.
    """
    from sora2batch.app.validate import validate  # noqa: PLC0415  # work is loaded when it is called for

    return validate(manifests, tools_dirs, Chatter.of(verbose, quiet=quiet), as_json=as_json)
