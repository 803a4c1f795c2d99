"""A click command whose help starts with examples."""

from __future__ import annotations

from typing import Any

import click


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


def write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    """Write lines as they are, however long."""
    formatter.write_paragraph()
    for line in examples:
        formatter.write(f"  {line}\n")
