"""``sora2batch report``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    json_option,
    manifest_argument,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch report campaign.yaml",
        "sora2batch report campaign.yaml --simulate          of the last simulated run",
        "sora2batch report campaign.yaml --compare main      what is new since main",
        "sora2batch report campaign.yaml --sheet campaign.sheet.png",
    ),
)
@manifest_argument
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Where to write it; as a rule NAME.report.html beside the manifest. - is standard output.",
)
@click.option(
    "--sheet",
    type=FILE,
    metavar="FILE",
    help="Write a contact sheet as well, as a PNG; - for standard output.",
)
@click.option(
    "--picks",
    type=FILE,
    metavar="FILE",
    help="Show the favourites and ratings of a picks file; - for standard input.",
)
@click.option("--compare", metavar="REF", help="Show what changed since a git revision.")
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Write the gallery: one HTML file that shows every job's clip, state and cost.

    Open it in a browser, from disk: it needs no network. It links to the clips, so keep it where it is, or
    move it together with them. A run that is under way is shown as far as it is.
    """
    return call("report", **given)
