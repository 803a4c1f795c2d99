"""``sora2batch fmt``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import json_option, manifests_argument, printer_options, tools_dir_option
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch fmt campaign.yaml",
        "sora2batch fmt manifests/ --check     in CI: exit code 1 if one is not laid out so",
        "sora2batch fmt campaign.yaml --diff   what would change",
    ),
)
@manifests_argument
@click.option(
    "--check", is_flag=True, help="Write nothing; name what would change, exit code 1 if there is any."
)
@click.option("--diff", "as_diff", is_flag=True, help="The same, and show the changes as a patch.")
@click.option(
    "--changed", is_flag=True, help="Take any files, and lay out the manifests among them; for hooks."
)
@json_option
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Lay manifests out in one style: indents, blanks, empty lines, line ends.

    White space moves, and nothing else: comments, quotes, numbers, texts and their order stay as they are.
    What the manifest means, down to the fingerprint of every job, is compared before the file is written,
    whole or not at all. JSON is left as it is.

    Exit code 0 when done, 1 with --check or --diff if something would change, 2 if a file is no YAML.
    """
    return call("fmt", **given)
