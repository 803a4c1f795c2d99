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
    help="Set a field of every promoted job's input, such as mode=pro. May be repeated.",
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
    """
    return call("promote", **given)
