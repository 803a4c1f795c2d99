"""``sora2batch report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    WholeNumber,
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
        "sora2batch report campaign.yaml --open",
        "sora2batch report campaign.yaml --serve --open      save picks, follow a run",
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
    help="Show the favourites and ratings of a picks file; - for standard input. With --serve they are saved "
    "there; as a rule in NAME.picks.yaml beside the manifest.",
)
@click.option("--compare", metavar="REF", help="Show what changed since a git revision.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--serve",
    "serves",
    is_flag=True,
    help="Write no page but serve it on this machine until Ctrl-C; its address is printed.",
)
@click.option("--port", type=WholeNumber(0, 65535), metavar="N", help="Where to serve; 0 takes a free one.")
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(
    *, serves: bool, port: int | None, output: Path | None, sheet: Path | None, **given: Any
) -> ExitCode:
    """Write the gallery: one HTML file that shows every job's clip, state and cost.

    Open it in a browser, from disk: it needs no network. It links to the clips, so keep it where it is, or
    move it together with them. A run that is under way is shown as far as it is.

    With --serve the page follows a run that is under way, and what is marked is saved at once. Only who has
    its address can open it: it holds a secret, and nothing but this machine can connect.

    Exit code 130 when Ctrl-C ended the serving.
    """
    if not serves:
        if port is not None:
            raise click.UsageError("--port is for --serve")
        return call("report", output=output, sheet=sheet, **given)
    if output or sheet:
        raise click.UsageError("--serve writes no page and no sheet: leave out -o and --sheet")
    return call("report --serve", port=port or 0, **given)
