"""Errors become one or two lines and an exit code; a traceback is shown only with -vv."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import click

from sora2batch.cli.printer import complain
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.problem import Problem

_INTERNAL = 70
"""``EX_SOFTWARE`` of sysexits.h: a bug of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What to tell of an error."""

    exit_code: int
    message: str
    hint: str | None = None
    problems: tuple[Problem, ...] = ()
    usage: str | None = None
    """How the command is called, if it was called in another way."""


class Terminated(SystemExit):
    """SIGTERM came while there was nothing to wait for; unwinding lets go of what is held."""

    def __init__(self) -> None:
        super().__init__(int(ExitCode.TERMINATED))


def report_failure(error: BaseException, arguments: Sequence[str]) -> int:
    """Tell what went wrong, on standard error and where --json was given on standard output; choose the code.

    A command prints its document as the last thing it does, so there is none yet.
    """
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit) and not isinstance(error, Terminated):  # the end of a completion
        return error.code if isinstance(error.code, int) else ExitCode.USAGE
    if is_very_verbose(arguments) and not isinstance(error, click.ClickException):
        print_traceback(error)
    failure = failure_of(error)
    print_failure(failure)
    if wants_json(arguments):
        from sora2batch.app.output import print_json_error  # noqa: PLC0415  # loads orjson

        with suppress(OSError, Sora2BatchError):
            print_json_error(failure.message, failure.hint, failure.exit_code, failure.problems)
    return failure.exit_code


def failure_of(error: BaseException) -> Failure:
    """Word an error and choose its exit code."""
    match error:
        case click.UsageError():
            usage = error.ctx.get_usage() if error.ctx else None
            return Failure(exit_code=ExitCode.USAGE, message=error.format_message(), usage=usage)
        case click.ClickException():
            return Failure(exit_code=ExitCode.USAGE, message=error.format_message())
        case click.Abort() | KeyboardInterrupt():
            return _ended("interrupted", ExitCode.INTERRUPTED, error.__cause__)
        case Terminated():
            return _ended("terminated", ExitCode.TERMINATED, error.__cause__)
        case Sora2BatchError():
            problems = getattr(error, "problems", ())  # of a ManifestError, which would load much
            return Failure(
                exit_code=error.exit_code, message=error.message, hint=error.hint, problems=problems
            )
        case BaseExceptionGroup():
            return failure_of(_gravest(error))
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return Failure(exit_code=ExitCode.USAGE, message=f"{where}{error.strerror or error}")
        case _:
            message = f"internal error: {type(error).__name__}"
            return Failure(exit_code=_INTERNAL, message=message, hint="run again with -vv to see where")


def is_bug(error: BaseException) -> bool:
    """Tell whether nobody has foreseen an error."""
    is_exit = isinstance(error, SystemExit | click.exceptions.Exit)
    return not is_exit and failure_of(error).exit_code == _INTERNAL


def _ended(how: str, code: ExitCode, meanwhile: BaseException | None) -> Failure:
    """Word the end by a signal, and what else went wrong in the same moment."""
    if not isinstance(meanwhile, Sora2BatchError | OSError):
        return Failure(exit_code=code, message=how)
    trouble = failure_of(meanwhile)
    return Failure(exit_code=code, message=f"{how}; {trouble.message}", hint=trouble.hint)


def print_failure(failure: Failure) -> None:
    """Print what is wrong and what to do about it."""
    if failure.problems:
        from sora2batch.app.excerpt import problem_lines  # noqa: PLC0415  # most calls find no problem

        for line in problem_lines(failure.problems):
            complain(line)
    if failure.usage:
        complain(failure.usage)
    complain(f"error: {failure.message}")
    if failure.hint:
        complain(f"hint: {failure.hint}")


def print_error(error: Sora2BatchError, *, verbosity: int) -> None:
    """Print an error that does not end the program."""
    if verbosity > 1:
        print_traceback(error)
    print_failure(failure_of(error))


def print_traceback(error: BaseException) -> None:
    """Print where an error came from, without the key."""
    import traceback  # noqa: PLC0415

    from sora2batch.app.connection import redact  # noqa: PLC0415  # of no use without a traceback

    complain(redact("".join(traceback.format_exception(error))))


def is_very_verbose(arguments: Sequence[str]) -> bool:
    """Tell whether -vv was given, before and without parsing the command line."""
    short = "".join(one[1:] for one in arguments if one.startswith("-") and not one.startswith("--"))
    return short.count("v") + arguments.count("--verbose") > 1


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether a JSON document is expected, before and without parsing the command line."""
    if "--json" in arguments or "--format=json" in arguments:
        return True
    return ("--format", "json") in pairwise(arguments)


def _gravest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Pick what to tell from errors that came together: one of ours before a bug."""
    leaves = list(_leaves(group))
    return next((leaf for leaf in leaves if isinstance(leaf, Sora2BatchError)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
