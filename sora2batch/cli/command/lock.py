"""``sora2batch lock resolve`` and ``sora2batch lock merge``."""

from __future__ import annotations

from pathlib import Path

import click

from sora2batch.cli.group import ExampleCommand, HelpfulGroup, show_help_alone
from sora2batch.cli.option import printer_options
from sora2batch.cli.printer import Chatter

_FILE = click.Path(path_type=Path)


@click.group(cls=HelpfulGroup, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Resolve and merge lockfiles.

    Every task on either side was paid, so nothing is dropped: of two lines about one job the further state
    wins, and of two tasks both are kept.
    """
    show_help_alone(context)


@command.command(cls=ExampleCommand, examples=("sora2batch lock resolve campaign.lock.jsonl",))
@click.argument("file", type=_FILE)
@printer_options
def resolve(file: Path, verbose: int, quiet: bool) -> None:
    """Unite both sides of the merge-conflict marks in a lockfile."""
    from sora2batch.app.lock import resolve_file  # noqa: PLC0415  # work is loaded when it is called for

    resolve_file(file, Chatter.of(verbose, quiet=quiet))


@command.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch lock merge base.jsonl ours.jsonl theirs.jsonl",
        "git config merge.sora2batch.driver 'sora2batch lock merge %O %A %B'",
    ),
)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@printer_options
def merge(base: Path, ours: Path, theirs: Path, verbose: int, quiet: bool) -> None:
    """Merge THEIRS into OURS, as a git merge driver does; name it in .gitattributes as merge=sora2batch."""
    from sora2batch.app.lock import merge_files  # noqa: PLC0415

    merge_files(base, ours, theirs, Chatter.of(verbose, quiet=quiet))
