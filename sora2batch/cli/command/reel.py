"""``sora2batch reel``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    choice_options,
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
        "sora2batch reel campaign.yaml                                 every finished clip",
        "sora2batch reel campaign.yaml --picks picks.yaml -o best.mp4  the favourites, in their order",
        "sora2batch reel campaign.yaml --length 30s --fade 0.25        half a minute of them",
        "sora2batch reel campaign.yaml --grid animal,camera            side by side, in step",
    ),
)
@manifest_argument
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Where to write it; as a rule NAME.reel.mp4 beside the manifest.",
)
@click.option(
    "--picks",
    type=FILE,
    metavar="FILE",
    help="Only the favourites of a picks file, in its order; - for standard input.",
)
@min_rating_option
@choice_options
@click.option(
    "--order",
    metavar="AXIS,…",
    help="Sort by these axes, each in the manifest's order; -AXIS turns one round.",
)
@click.option(
    "--length", metavar="TIME", help="Cut clips so that all take no longer, such as 30s; equal shares."
)
@click.option("--seconds", metavar="TIME", help="Cut each clip to this length; shorter ones stay whole.")
@click.option(
    "--part",
    type=click.Choice(["start", "middle", "end"]),
    default="middle",
    show_default=True,
    help="Which part of a clip is taken when it is cut.",
)
@click.option("--stills", metavar="TIME", default="3s", show_default=True, help="How long a picture stands.")
@click.option(
    "--fade", metavar="TIME", help="Let each clip go over into the next in this time, instead of a cut."
)
@click.option("--titles/--no-titles", default=True, help="Name each clip by its labels.  [default: titles]")
@click.option("--sound/--no-sound", default=True, help="Keep the sound.  [default: sound]")
@click.option(
    "--size",
    metavar="WIDTHxHEIGHT",
    help="Of the reel; as a rule what most clips have, at most 1080p. Other shapes get bars.",
)
@click.option(
    "--grid",
    is_flag=False,
    flag_value="",
    metavar="DOWN,ACROSS",
    help="Two axes side by side in step, one frame for all; alone, --grid takes the first two.",
)
@click.option("--list", "only_list", is_flag=True, help="Say what would be seen when; write nothing.")
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Cut finished clips together into one MP4, each titled by its labels. Free; sends nothing.

    Clips of other sizes get bars, other frame rates are matched, silent clips stay silent. A clip that is
    missing or damaged is left out and told, exit 1. If it is interrupted, the same command goes on where it
    stopped. Only an older reel of the same manifest is written over.
    """
    return call("reel", **given)
