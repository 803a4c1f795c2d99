"""Commands of click whose help starts with examples, and groups that help on."""

from __future__ import annotations

import shlex
from typing import Any

import click

from sora2batch.cli.table import COMMANDS, PURPOSES, resolve
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import visible


class ExampleCommand(click.Command):
    """Shows how it is called before it explains itself."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        """Lines that work as they stand, the plainest first."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the docstring."""
        write_examples(self.examples, formatter)
        super().format_help_text(ctx, formatter)


class HelpfulGroup(click.Group):
    """Proposes a command where there is none of the name that was typed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called.

        Raises:
            click.UsageError: there is none of this name; says which one may be meant.
        """
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        message = f'there is no command "{visible(name)}"'
        hint = _command_meant(name, self.list_commands(ctx)) or f"`{ctx.command_path} --help` lists them"
        raise click.UsageError(f"{message} ({hint})", ctx)


class LazyGroup(HelpfulGroup):
    """Knows the commands of the table by name; imports one only when it is called."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = resolve(f"sora2batch.cli.command.{cmd_name}:command")
        return command

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the docstring."""
        write_examples(self.examples, formatter)
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by purpose, without importing them."""
        del ctx
        width = max(map(len, COMMANDS))
        for purpose, names in PURPOSES.items():
            with formatter.section(purpose):
                formatter.write_dl([(name.ljust(width), COMMANDS[name]) for name in names])


def _command_meant(word: str, commands: list[str]) -> str | None:
    """Propose the command that is spelled nearly so, or one for the manifest that stands in its place."""
    if word.endswith((".yaml", ".yml")) and "plan" in commands:
        return f"a command comes first: sora2batch plan {shlex.quote(word)}"
    return did_you_mean(word, commands)


def write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    """Write lines as they are, however long."""
    formatter.write_paragraph()
    for line in examples:
        formatter.write(f"  {line}\n")


def show_help_alone(context: click.Context) -> None:
    """Print the help of a group that was called without a command: whoever asks nothing wants to be told."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
