"""``sora2batch init``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import FILE, complete_tool, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch init campaign.yaml",
        "sora2batch init campaign.yaml --tool kling3-image-to-video-api",
        "sora2batch init campaign.yaml --from-folder images/",
    ),
)
@click.argument("manifest", type=FILE, default=Path("campaign.yaml"))
@click.option(
    "--tool",
    metavar="NAME",
    shell_complete=complete_tool,
    help="The tool of its jobs; `sora2batch tools` lists them.  [default: veo3-text-to-video-fast-api]",
)
@click.option(
    "--from-folder",
    type=FILE,
    metavar="FOLDER",
    help="Write it for the pictures of this folder, one job each; it lies beside the manifest or below.",
)
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Write a commented manifest that validates, a schema for editors, and git's settings for its files.

    sora2batch.schema.json beside it lets an editor complete and check manifests. Adds lines to .gitignore
    (journals and clips are not committed) and .gitattributes (lockfiles are merged line by line). Overwrites
    nothing but an older schema of its own.
    """
    return call("init", **given)
