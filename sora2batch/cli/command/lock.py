"""``sora2batch lock resolve``, ``sora2batch lock merge`` and ``sora2batch lock check``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand, HelpfulGroup, show_help_alone
from sora2batch.cli.option import FILE, printer_options
from sora2batch.ground.errors import ExitCode


@click.group(cls=HelpfulGroup, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Resolve, merge and check lockfiles.

    Every task on either side was paid, so nothing is dropped: of two lines about one job the further state
    wins, and of two tasks both are kept.
    """
    show_help_alone(context)


@command.command(cls=ExampleCommand, examples=("sora2batch lock resolve campaign.lock.jsonl",))
@click.argument("file", type=FILE)
@printer_options
def resolve(**given: Any) -> ExitCode:
    """Unite both sides of the merge-conflict marks in a lockfile."""
    return call("lock resolve", **given)


@command.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch lock merge base.jsonl ours.jsonl theirs.jsonl",
        "git config merge.sora2batch.driver 'sora2batch lock merge %O %A %B'",
    ),
)
@click.argument("base", type=FILE)
@click.argument("ours", type=FILE)
@click.argument("theirs", type=FILE)
@printer_options
def merge(**given: Any) -> ExitCode:
    """Merge THEIRS into OURS, as a git merge driver does.

    Name it in .gitattributes as merge=sora2batch.
    """
    return call("lock merge", **given)


@command.command(cls=ExampleCommand, examples=("sora2batch lock check *.lock.jsonl",))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@printer_options
def check(**given: Any) -> ExitCode:
    """Check that lockfiles can be read, and hold no marks of a merge.

    Exit code 0 if all is well, 2 if not. It writes nothing, and is a hook of pre-commit.
    """
    return call("lock check", **given)
