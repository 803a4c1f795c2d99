"""``sora2batch verify``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import (
    json_option,
    manifest_argument,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.cli.printer import Chatter
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch verify campaign.yaml",),
)
@manifest_argument
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(
    manifest: Path,
    as_json: bool,
    simulated: bool,
    tools_dirs: tuple[Path, ...],
    verbose: int,
    quiet: bool,
) -> ExitCode:
    """Hash every file again and compare it with the lockfile, orphans included; look whether it is a result.

    Exit code 1 if a file is missing, differs or is no whole video, picture or sound; `sora2batch download`
    fetches it again.
    """
    from sora2batch.app.batch import loader_for  # noqa: PLC0415  # work is loaded when it is called for
    from sora2batch.app.verify import verify  # noqa: PLC0415

    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    return verify(batch, Chatter.of(verbose, quiet=quiet), as_json=as_json)
