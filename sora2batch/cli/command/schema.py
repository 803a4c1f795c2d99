"""``sora2batch schema``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import printer_options
from sora2batch.ground.errors import ExitCode

_NAMES = ("manifest", "tool", "plan", "lockfile", "picks", "events")


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch schema manifest > manifest.schema.json",),
)
@click.argument("name", type=click.Choice(_NAMES), default="manifest")
@printer_options
def command(**given: Any) -> ExitCode:
    """Print a JSON Schema: of manifests, tool files, plans, lockfile lines, picks or a run's events."""
    return call("schema", **given)
