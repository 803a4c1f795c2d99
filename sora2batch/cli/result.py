"""Results on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import islice

import click

from sora2batch.cells import without_controls

_LINES_AT_ONCE = 1000


def echo(text: str | bytes) -> None:
    """Print a line or more; once nobody reads any longer, print into the void.

    ``plan | head -1`` is no error, and the exit code must still say what the whole plan is worth.
    """
    _print(text if isinstance(text, bytes) else without_controls(text))


def _print(text: str | bytes) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:
        # The rest of the buffer would be written, and complained about, when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def echo_lines(lines: Iterable[str]) -> None:
    """Print any number of lines, which hold nothing that steers a terminal, in a few big writes."""
    rows = iter(lines)
    while chunk := list(islice(rows, _LINES_AT_ONCE)):
        _print("\n".join(chunk))
