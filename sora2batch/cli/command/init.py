"""``sora2batch init``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import FILE, complete_tool, printer_options, tools_dir_option
from sora2batch.cli.printer import Chatter


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch init campaign.yaml",
        "sora2batch init campaign.yaml --tool kling3-image-to-video-api",
    ),
)
@click.argument("manifest", type=FILE, default=Path("campaign.yaml"))
@click.option(
    "--tool",
    metavar="NAME",
    shell_complete=complete_tool,
    help="The tool of its jobs; `sora2batch tools` lists them.  [default: veo3-text-to-video-fast-api]",
)
@tools_dir_option
@printer_options
def command(
    manifest: Path, tool: str | None, tools_dirs: tuple[Path, ...], verbose: int, quiet: bool
) -> None:
    """Write a commented manifest that validates, and git's settings for its files.

    Adds lines to .gitignore (journals and clips are not committed) and .gitattributes (lockfiles are merged
    line by line) beside it. Overwrites nothing.
    """
    from sora2batch.app.init import begin  # noqa: PLC0415  # work is loaded when it is called for
    from sora2batch.app.starter import DEFAULT_TOOL  # noqa: PLC0415

    begin(manifest, tool or DEFAULT_TOOL, tools_dirs, Chatter.of(verbose, quiet=quiet))
