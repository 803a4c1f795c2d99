"""``sora2batch schema``."""

from __future__ import annotations

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import printer_options

_FILES = {
    "manifest": "manifest.schema.json",
    "tool": "tool.schema.json",
    "plan": "plan.schema.json",
    "lockfile": "lockfile.schema.json",
    "picks": "picks.schema.json",
}


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch schema manifest > manifest.schema.json",),
)
@click.argument("name", type=click.Choice(list(_FILES)), default="manifest")
@printer_options
def command(name: str, verbose: int, quiet: bool) -> None:
    """Print a JSON Schema: of manifests, tool files, plans, lockfile lines or picks."""
    from sora2batch.app.result import echo  # noqa: PLC0415  # work is loaded when it is called for
    from sora2batch.ground.schema import schema_text  # noqa: PLC0415

    del verbose, quiet
    echo(schema_text(_FILES[name]).removesuffix("\n"))
