"""``sora2batch tools``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import complete_tool, json_option, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


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
def command(**given: Any) -> ExitCode:
    """List the tools of the catalogue with their prices; with NAME, the inputs of one."""
    return call("tools", **given)
