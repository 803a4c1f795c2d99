"""``sora2batch plan``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    json_option,
    log_option,
    manifests_argument,
    printer_options,
    selection_options,
    simulated_option,
    strict_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode

_FOR_REVIEW = frozenset({"markdown", "github"})
"""The forms that have work of their own."""


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch plan campaign.yaml",
        "sora2batch plan campaign.yaml --format markdown --base main    for a pull request",
        "sora2batch plan campaign.yaml --out plan.json                  for `run --plan plan.json`",
    ),
)
@manifests_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "github"]),
    default="text",
    show_default=True,
    help="Markdown is for a comment on a pull request; github annotates in a workflow of GitHub Actions, and "
    "writes its summary and outputs.",
)
@strict_option
@json_option
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `run --plan FILE`.")
@click.option("--base", metavar="REF", help="Compare with the manifests as they stand in git at REF.")
@click.option("--check-balance", is_flag=True, help="Ask the account whether it can pay; needs the key.")
@click.option(
    "--quiet-if-unchanged",
    is_flag=True,
    help="Leave out plans with the jobs and the budget that they have at --base; without --base, those with "
    "nothing to submit.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 10 if there is something to submit, else 0.")
@selection_options
@simulated_option
@tools_dir_option
@log_option
@printer_options
def command(*, form: str, as_json: bool, **given: Any) -> ExitCode:
    """Show for every job what a run would do, and what that costs; nothing that costs is sent.

    Exit code 3 if the plan does not fit the budget, 10 with --detailed-exitcode if there is something to
    submit.
    """
    work = "plan" if as_json or form not in _FOR_REVIEW else f"plan --format {form}"
    return call(work, form=form, as_json=as_json, **given)
