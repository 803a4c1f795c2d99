"""``sora2batch doctor``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import (
    FILE,
    complete_manifest,
    json_option,
    log_option,
    printer_options,
    tools_dir_option,
)
from sora2batch.cli.table import CONFIGURED_QUEUE, EXTRAS, resolve
from sora2batch.ground.errors import ExitCode, Sora2BatchError


@click.command(
    cls=ExampleCommand,
    examples=("sora2batch doctor", "sora2batch doctor campaign.yaml"),
)
@click.argument("manifest", required=False, type=FILE, shell_complete=complete_manifest)
@json_option
@tools_dir_option
@log_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Check the set-up: key, API, balance, clocks; with MANIFEST also its lockfile, folders, git and store.

    Where SORA2BATCH_QUEUE names the database of a fleet, that is looked at too.

    It sends nothing that costs. Exit code 2 if something must be mended before a run, 7 if the API cannot be
    reached and all else is well.
    """
    return call("doctor --queue" if _can_ask_fleet() else "doctor", **given)


def _can_ask_fleet() -> bool:
    """Tell whether there is a fleet to ask, and what it takes; `doctor` itself says what is wrong with it."""
    try:
        is_configured = resolve(CONFIGURED_QUEUE)() is not None
    except Sora2BatchError:
        return False
    return is_configured and all(map(find_spec, EXTRAS["fleet"]))
