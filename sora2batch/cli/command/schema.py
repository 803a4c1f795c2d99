"""``sora2batch schema``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode

_NAMES = ("manifest", "tool", "plan", "lockfile", "picks", "events")


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch schema manifest > sora2batch.schema.json",
        "sora2batch schema manifest --tools-dir tools > sora2batch.schema.json",
    ),
)
@click.argument("name", type=click.Choice(_NAMES), default="manifest")
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Print a JSON Schema: of manifests, tool files, plans, lockfile lines, picks or a run's events.

    That of manifests knows every tool with its inputs and prices. Your editor finds it by the first line of a
    manifest: # yaml-language-server: $schema=sora2batch.schema.json
    """
    return call("schema", **given)
