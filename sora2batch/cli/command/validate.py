"""``sora2batch validate``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    json_option,
    log_option,
    manifests_argument,
    printer_options,
    strict_option,
    tools_dir_option,
)
from sora2batch.ground.errors import ExitCode

_FOR_PROGRAMS = frozenset({"sarif", "github"})
"""The forms that have work of their own."""


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch validate campaign.yaml",
        "sora2batch validate manifests/ --json",
        "sora2batch validate campaign.yaml --strict   warnings count as errors",
    ),
)
@manifests_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="SARIF is for code scanning; github annotates in a workflow of GitHub Actions.",
)
@json_option
@click.option(
    "--images", is_flag=True, help="Fetch each URL of the jobs once: is it a picture, of the right shape?"
)
@strict_option
@click.option(
    "--changed",
    is_flag=True,
    help="Take any files, and check the manifests that are among them or may read one of them; for hooks.",
)
@tools_dir_option
@log_option
@printer_options
def command(*, form: str, as_json: bool, **given: Any) -> ExitCode:
    """Check manifests and everything they expand to; list every problem with its place.

    Exit code 0 if there is no error, 2 if there is one. `sora2batch rules ID` explains the id at the
    end of each problem. Needs no key, and without --images no network.
    """
    work = f"validate --format {form}" if form in _FOR_PROGRAMS and not as_json else "validate"
    return call(work, as_json=as_json or form == "json", **given)
