"""``sora2batch run``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    WholeNumber,
    complete_manifest,
    json_option,
    log_option,
    printer_options,
    selection_options,
    strict_option,
    tools_dir_option,
)
from sora2batch.cli.table import CONFIGURED_QUEUE, resolve
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch run campaign.yaml --simulate",
        "sora2batch run campaign.yaml --select 'hero/*' --limit 1",
        "sora2batch run campaign.yaml --yes",
        "sora2batch run campaign.yaml --yes --notify desktop",
    ),
)
@click.argument("manifests", metavar="MANIFEST...", nargs=-1, type=FILE, shell_complete=complete_manifest)
@click.option("-y", "--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show the plan and send nothing; the same as `plan`. With --fleet, what the fleet has counts.",
)
@click.option("--plan", "plan_file", type=FILE, metavar="FILE", help="Do exactly a saved plan.")
@click.option("--simulate", "simulated", is_flag=True, help="Try it in the simulator: no key, no cost.")
@selection_options
@click.option(
    "--concurrency", type=WholeNumber(1, 10_000), metavar="N", help="How many tasks may be open at once."
)
@click.option(
    "--fleet", is_flag=True, help="Have workers carry it out, and follow them; SORA2BATCH_QUEUE says where."
)
@click.option("--fail-fast", is_flag=True, help="Submit no more jobs once one has failed.")
@click.option("--no-wait", is_flag=True, help="Submit only; the next run waits and downloads.")
@click.option("--no-download", is_flag=True, help="Submit and wait only.")
@click.option(
    "--no-images",
    is_flag=True,
    help="Do not look at the URLs of the jobs first, as a run does that spends more than lint.images_above.",
)
@click.option(
    "--notify",
    multiple=True,
    metavar="CMD",
    help="At the end, or when a person is needed: run a program, or ring the `bell`, or tell the `desktop`. "
    "May be repeated.",
)
@strict_option
@json_option
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Print a JSON object for each event, on a line, as it happens."
)
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Validate, plan, ask, submit, wait, download, and keep every result in the lockfile.

    Running again goes on where the last run ended; what is in the lockfile is never submitted twice. Ctrl-C
    ends a run within seconds and loses nothing.

    Exit codes: 0 done, 1 jobs failed, 2 invalid (nothing sent), 3 too few credits, 4 jobs left open, 5 key
    refused, 6 another run holds the lockfile, 7 the API cannot be reached (nothing sent), 130 and 143
    interrupted.
    """
    return call(_work(**given), **given)


def _work(*, fleet: bool, simulated: bool, dry_run: bool, **_: Any) -> str:
    """Choose who carries it out; what is simulated, or shown, is no fleet's matter."""
    if fleet:
        return "run --fleet"
    return "run" if simulated or dry_run or not resolve(CONFIGURED_QUEUE)() else "run --queue"
