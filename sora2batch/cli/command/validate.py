"""``sora2batch validate``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import json_option, manifests_argument, printer_options, tools_dir_option
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
def command(**given: Any) -> ExitCode:
    """Check manifests and everything they expand to; list every problem with its place.

    Exit code 0 if all is well, 2 if there is a problem. Needs no key and no network.
    """
    return call("validate", **given)
