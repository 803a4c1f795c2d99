"""``sora2batch help``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import complete_word, printer_options
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        "sora2batch help              every word that can be asked for",
        "sora2batch help orphan       what a word means",
        "sora2batch help exit codes   of several words",
        "sora2batch help run          the help of a command",
    ),
)
@click.argument("words", metavar="[TERM]...", nargs=-1, shell_complete=complete_word)
@printer_options
@click.pass_context
def command(context: click.Context, /, *, words: tuple[str, ...], **given: Any) -> ExitCode:
    """Say what a word means, a state, an option, the id of a rule; or show the help of a command."""
    asked = _command_named(context, words)
    if asked is None:
        return call("help", words=words, **given)
    click.echo(asked.get_help())
    return ExitCode.DONE


def _command_named(context: click.Context, words: tuple[str, ...]) -> click.Context | None:
    """Follow words through the groups; None where they are not all commands."""
    at = context.find_root()
    for word in words:
        found = at.command.get_command(at, word) if isinstance(at.command, click.Group) else None
        if found is None:
            return None
        at = click.Context(found, info_name=word, parent=at)
    return at if words else None
