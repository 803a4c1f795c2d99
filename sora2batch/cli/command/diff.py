"""``sora2batch diff``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    complete_manifest,
    json_option,
    printer_options,
    simulated_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch diff main campaign.yaml                    against a git revision",
        "sora2batch diff scout.yaml final.yaml                 two manifests",
        "sora2batch diff v1 v2 campaign.yaml                   two git revisions",
        "sora2batch diff HEAD campaign.lock.jsonl              what was made since the last commit",
    ),
)
@click.argument("old", shell_complete=complete_manifest)
@click.argument("new", shell_complete=complete_manifest)
@click.argument("file", required=False, type=FILE)
@json_option
@simulated_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Tell job by job how two manifests, or two lockfiles, differ: what is new, gone, changed, and its price.

    OLD and NEW are files, git revisions, or REVISION:FILE with FILE as seen from here. A revision alone means
    the file that the other side names, or FILE. A job is known by what it sends: one that was only renamed or
    moved is not paid again, and said to be so.

    Exit code 0 if no job differs, 1 if some do, 2 if something cannot be read.
    """
    return call("diff", **given)
