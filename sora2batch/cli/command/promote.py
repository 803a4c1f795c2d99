"""``sora2batch promote``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    json_option,
    manifest_argument,
    min_rating_option,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch promote spring.yaml --picks picks.yaml --set mode=pro -o next.yaml",
        "sora2batch promote spring.yaml --picks picks.yaml --min-rating 4 --set duration=15 -o next.yaml",
        "sora2batch promote stills.yaml --picks p.yaml --tool TOOL --set 'image={{ output }}' -o clips.yaml",
    ),
)
@manifest_argument
@click.option(
    "--picks", type=FILE, required=True, metavar="FILE", help="Favourites and ratings; - for standard input."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Set a field of every promoted job's input, such as mode=pro. {{ output }} is the file that was "
    "picked. May be repeated.",
)
@click.option(
    "--tool",
    "tool_type",
    metavar="TOOL",
    help="The tool of every promoted job; inputs that it does not have are left out.",
)
@min_rating_option
@click.option(
    "-o",
    "--out",
    type=FILE,
    required=True,
    metavar="NEXT",
    help="The manifest to write; a new file, or - for standard output.",
)
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Write the next manifest from picks: many cheap takes, look, choose, then the chosen few.

    Takes the favourites; where none is marked, all but those rated below 3. Prompts are written out, the
    budget is exactly the price, and a comment above each job says where it comes from. Sends nothing; needs
    neither key nor network. What two picks would send alike becomes one job.

    With --tool and an input that is set to {{ output }}, chosen stills become clips: each result is a value
    of an axis, and its file the input.
    """
    return call("promote", **given)
