"""``sora2batch rules``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import complete_rule, json_option, printer_options
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch rules",
        "sora2batch rules template-hole",
    ),
)
@click.argument("rule_id", metavar="[ID]", required=False, shell_complete=complete_rule)
@json_option
@printer_options
def command(**given: Any) -> ExitCode:
    """List the rules that manifests are held against; with ID, explain one with an example.

    The id of a rule stands in brackets at the end of a problem.
    """
    return call("rules", **given)
