"""``sora2batch doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import FILE, json_option, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch doctor", "sora2batch doctor campaign.yaml"),
)
@click.argument("manifest", required=False, type=FILE)
@json_option
@tools_dir_option
@printer_options
def command(
    manifest: Path | None, as_json: bool, tools_dirs: tuple[Path, ...], verbose: int, quiet: bool
) -> ExitCode:
    """Check the set-up: key, API, balance, clocks; with MANIFEST also its lockfile, folder and git settings.

    It sends nothing that costs. Exit code 2 if something must be mended before a run, 7 if the API cannot be
    reached and all else is well.
    """
    from sora2batch.app.doctor import examine  # noqa: PLC0415  # work is loaded when it is called for

    del verbose, quiet
    return examine(manifest, tools_dirs, as_json=as_json)
