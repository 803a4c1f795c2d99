"""``sora2batch tools``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand
from sora2batch.cli.option import complete_tool, json_option, printer_options, tools_dir_option
from sora2batch.cli.printer import Chatter


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch tools",
        "sora2batch tools kling3-image-to-video-api",
    ),
)
@click.argument("name", metavar="[NAME]", required=False, shell_complete=complete_tool)
@json_option
@tools_dir_option
@printer_options
def command(name: str | None, as_json: bool, tools_dirs: tuple[Path, ...], verbose: int, quiet: bool) -> None:
    """List the tools of the catalogue with their prices; with NAME, the inputs of one."""
    from sora2batch.app.tools import print_tools, show_tools  # noqa: PLC0415
    from sora2batch.catalog.catalog import load_catalog  # noqa: PLC0415  # work is loaded when it is called for

    catalog = load_catalog(tools_dirs)
    if as_json:
        print_tools(catalog, name)
    else:
        show_tools(catalog, name, Chatter.of(verbose, quiet=quiet))
