"""How the program ends: an error becomes one or two lines and an exit code; a traceback is shown with -vv."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import click

from sora2batch.app.output.failure import Failure, failure_of, is_bug, print_failure
from sora2batch.app.process.signals import Terminated, last_raised
from sora2batch.cli.color import COLOR_CHOICES
from sora2batch.cli.printer import ClickPrinter
from sora2batch.cli.table import CONFIGURED_COLOR, FAILURE_DOCUMENT, FAILURE_LINE, resolve
from sora2batch.ground.errors import ExitCode, Sora2BatchError


def report_failure(error: BaseException, arguments: Sequence[str]) -> int:
    """Tell what went wrong, on standard error and where --json was given on standard output; choose the code.

    A command prints its document as the last thing it does, so there is none yet.
    """
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit) and not isinstance(error, Terminated):  # the end of a completion
        return error.code if isinstance(error.code, int) else ExitCode.USAGE
    printer = ClickPrinter(color=color_asked(arguments))
    is_traced = is_very_verbose(arguments) and not isinstance(error, click.ClickException)
    failure = _failure_of(error)
    print_failure(failure, printer, trace=error if is_traced else None)
    if (
        tells := FAILURE_DOCUMENT
        if wants_json(arguments)
        else FAILURE_LINE
        if "--jsonl" in arguments
        else None
    ):
        with suppress(OSError, Sora2BatchError):
            resolve(tells)(failure, printer)
    return failure.exit_code


def ending_behind(error: BaseException) -> BaseException:
    """Find the signal that looks like a bug: C and Rust may make something else of what it raised."""
    raised = last_raised()
    is_of_click = isinstance(error, click.ClickException | click.Abort | click.exceptions.Exit)
    return raised if raised and not is_of_click and is_bug(error) else error


def _failure_of(error: BaseException) -> Failure:
    match error:
        case click.UsageError():
            usage = error.ctx.get_usage() if error.ctx else None
            return Failure(exit_code=ExitCode.USAGE, message=error.format_message(), usage=usage)
        case click.ClickException():
            return Failure(exit_code=ExitCode.USAGE, message=error.format_message())
        case click.Abort():  # what click makes of Ctrl-C, whose own cause is what went wrong meanwhile
            return failure_of(error.__cause__ or KeyboardInterrupt())
        case _:
            return failure_of(error)


def is_very_verbose(arguments: Sequence[str]) -> bool:
    """Tell whether -vv was given, before and without parsing the command line."""
    short = "".join(one[1:] for one in arguments if one.startswith("-") and not one.startswith("--"))
    return short.count("v") + arguments.count("--verbose") > 1


def color_asked(arguments: Sequence[str]) -> str:
    """Tell what was given with --color, before and without parsing the command line; the last one counts."""
    given = [one.partition("=")[2] for one in arguments if one.startswith("--color=")]
    given += [value for name, value in pairwise(arguments) if name == "--color"]
    return next((one for one in reversed(given) if one in COLOR_CHOICES), None) or resolve(CONFIGURED_COLOR)()


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether a JSON document is expected, before and without parsing the command line."""
    if "--json" in arguments or "--format=json" in arguments:
        return True
    return ("--format", "json") in pairwise(arguments)
