"""``sora2batch schema``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import printer_options, tools_dir_option
from sora2batch.cli.table import WORK
from sora2batch.ground.errors import ExitCode

_FILES = ("manifest", "tool", "plan", "lockfile", "picks")
_OTHER_DOCUMENTS = ("events", "failure", "manifests")
_DOCUMENTS = tuple(dict.fromkeys(work.document for work in WORK.values() if work.document))
_NAMES = tuple(dict.fromkeys((*_FILES, *_DOCUMENTS, *_OTHER_DOCUMENTS)))


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch schema manifest > sora2batch.schema.json",
        "sora2batch schema manifest --tools-dir tools > sora2batch.schema.json",
        "sora2batch schema status      of what `status --json` prints",
        "sora2batch schema events      of a line of `run --jsonl`",
    ),
)
@click.argument("name", metavar="[NAME]", type=click.Choice(_NAMES), default="manifest")
@tools_dir_option
@printer_options
def command(**given: Any) -> ExitCode:
    """Print a JSON Schema: of manifests, tool files, lockfile lines or picks, or of what a command prints.

    That of manifests knows every tool with its inputs and prices. Your editor finds it by the first line of a
    manifest: # yaml-language-server: $schema=sora2batch.schema.json

    NAME is manifest, tool, lockfile or picks; a command that has --json, such as plan or status-ledger;
    events of a run; failure, which any command may print instead; or manifests, where several were named.
    """
    return call("schema", **given)
