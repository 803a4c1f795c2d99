"""``sora2batch download``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import manifest_argument, printer_options, simulated_option, tools_dir_option
from sora2batch.cli.printer import Chatter
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch download campaign.yaml",),
)
@manifest_argument
@click.option("--select", multiple=True, metavar="GLOB", help="Only jobs whose key fits.")
@simulated_option
@tools_dir_option
@printer_options
def command(
    manifest: Path,
    select: tuple[str, ...],
    simulated: bool,
    tools_dirs: tuple[Path, ...],
    verbose: int,
    quiet: bool,
) -> ExitCode:
    """Fetch the files of finished jobs that are missing, differ or are no results; submits nothing.

    Works without a key as long as the URLs do; with one, an expired URL is renewed. Exit code 4 if a file
    cannot be had.
    """
    from sora2batch.app.batch import loader_for  # noqa: PLC0415  # work is loaded when it is called for
    from sora2batch.app.download import download  # noqa: PLC0415

    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    return download(batch, select, Chatter.of(verbose, quiet=quiet))
