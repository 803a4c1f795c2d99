"""Results on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

import click

from sora2batch.app.output.output import OutputError
from sora2batch.ground.terminal_width import without_controls

_LINES_AT_ONCE = 1000


def echo(text: str | bytes) -> None:
    """Print a line or more; once nobody reads any longer, print into the void.

    ``plan | head -1`` is no error, and the exit code must still say what the whole plan is worth.

    Raises:
        OutputError: it cannot be written; that is told once, what comes after goes into the void.
    """
    _print(text if isinstance(text, bytes) else without_controls(text), is_line=True)


def write_out(data: bytes) -> None:
    """Print a file byte for byte.

    Raises:
        OutputError: it cannot be written.
    """
    _print(data, is_line=False)


def echo_lines(lines: Iterable[str], *, is_colored: bool = False) -> None:
    """Print any number of lines, which hold nothing but colours that steers a terminal, in big writes."""
    rows = iter(lines)
    while chunk := list(islice(rows, _LINES_AT_ONCE)):
        _print("\n".join(chunk), is_line=True, is_colored=is_colored)


def leave_streams_behind() -> None:
    """Empty the buffers; what they hold and nobody takes would be complained about when the process ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream.fileno())


def _print(text: str | bytes, *, is_line: bool, is_colored: bool = False) -> None:
    try:
        click.echo(text, nl=is_line, color=is_colored or None)  # or else a pipe would get none
    except BrokenPipeError:
        _silence(sys.stdout.fileno())
    except OSError as error:
        _silence(sys.stdout.fileno())
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from error


def _silence(descriptor: int) -> None:
    """Send what is still to be written into the void."""
    with suppress(OSError):
        void = os.open(os.devnull, os.O_WRONLY)
        os.dup2(void, descriptor)
        os.close(void)
