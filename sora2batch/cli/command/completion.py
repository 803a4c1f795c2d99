"""``sora2batch completion``."""

from __future__ import annotations

from typing import Any

import click

from sora2batch.app.completion import SHELLS
from sora2batch.cli.call import call
from sora2batch.cli.lazy_group import ExampleCommand
from sora2batch.cli.option import printer_options
from sora2batch.ground.errors import ExitCode


@click.command(
    cls=ExampleCommand,
    examples=(
        'eval "$(sora2batch completion bash)"            in ~/.bashrc',
        'eval "$(sora2batch completion zsh)"             in ~/.zshrc, after compinit',
        "sora2batch completion fish > ~/.config/fish/completions/sora2batch.fish",
    ),
)
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@printer_options
def command(**given: Any) -> ExitCode:
    """Print a script with which a shell completes commands, options, manifests, jobs, axes, tools and words.

    Without SHELL it is that of the shell in $SHELL.
    """
    return call("completion", **given)
