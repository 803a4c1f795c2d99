"""``sora2batch prune``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
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
        "sora2batch prune campaign.yaml --dry-run    list what could go, with sizes and what it cost",
        "sora2batch prune campaign.yaml              ask, then move it to .former/",
        "sora2batch prune campaign.yaml --delete     ask, then delete it",
    ),
)
@manifest_argument
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["orphan", "former", "stray"]),
    help="Only files of this kind; may be repeated.",
)
@click.option("--delete", "deletes", is_flag=True, help="Delete the files. Lines of the lockfile stay.")
@click.option("--dry-run", is_flag=True, help="Only list them.")
@click.option("-y", "--yes", "agreed", is_flag=True, help="Do not ask.")
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Tidy the output folder up: set aside what the manifest no longer asks for.

    An orphan is the result of a job that is no longer in the manifest. A former file is one that gave its
    name to a newer one and lies in .former/ already. A stray is a picture, clip or sound that no lockfile
    beside the manifest lists, or a download that broke off and is not needed any more.

    Orphans and strays are moved to .former/. What is asked for, files that another lockfile here lists, files
    that you changed, links, hidden files and files that are no media are never touched. Should the manifest
    ask for an orphan again, `run` gives it its name back; if it was deleted, `download` fetches it as long as
    the API or the store has it, at no cost.

    Exit code 1 if a file could not go.
    """
    return call("prune", **given)
