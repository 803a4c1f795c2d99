"""``sora2batch init``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.chatter import Chatter
from sora2batch.cli.command import ExampleCommand
from sora2batch.cli.option import FILE, chatter_options


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch init campaign.yaml",),
)
@click.argument("manifest", type=FILE, default=Path("campaign.yaml"))
@chatter_options
def command(manifest: Path, verbose: int, quiet: bool) -> None:
    """Write a commented manifest that validates, and git's settings for its files.

    Adds lines to .gitignore (journals and clips are not committed) and .gitattributes (lockfiles are merged
    line by line) beside it. Overwrites nothing.
    """
    from sora2batch.cli.init import begin  # noqa: PLC0415  # work is loaded when it is called for

    begin(manifest, Chatter.of(verbose, quiet=quiet))
