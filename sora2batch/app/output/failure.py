"""Errors become one or two lines and an exit code; a traceback is shown only with -vv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora2batch.app.output.output import Printer
from sora2batch.app.process.signals import Terminated
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.stop_reason import StopReason

if TYPE_CHECKING:
    from sora2batch.ground.problem import Problem

_INTERNAL = 70
"""``EX_SOFTWARE`` of sysexits.h: a bug of ours."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """What to tell of an error."""

    exit_code: int
    message: str
    hint: str | None = None
    problems: tuple[Problem, ...] = ()
    usage: str | None = None
    """How the command is called, if it was called in another way."""


def failure_of(error: BaseException) -> Failure:
    """Word an error and choose its exit code."""
    match error:
        case KeyboardInterrupt():
            return _ended("interrupted", StopReason.INTERRUPT, error.__cause__)
        case Terminated():
            return _ended("terminated", StopReason.TERMINATE, error.__cause__)
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
    return not isinstance(error, SystemExit) and failure_of(error).exit_code == _INTERNAL


def _ended(how: str, reason: StopReason, meanwhile: BaseException | None) -> Failure:
    """Word the end by a signal, and what else went wrong in the same moment."""
    if not isinstance(meanwhile, Sora2BatchError | OSError):
        return Failure(exit_code=reason.exit_code, message=how)
    trouble = failure_of(meanwhile)
    return Failure(exit_code=reason.exit_code, message=f"{how}; {trouble.message}", hint=trouble.hint)


def print_failure(failure: Failure, printer: Printer, *, trace: BaseException | None = None) -> None:
    """Print what is wrong and what to do about it, if asked for with where in the program it came from."""
    if failure.problems or trace:
        from sora2batch.app.output.failure_detail import detail_lines  # noqa: PLC0415  # most failures are two lines

        for line in detail_lines(failure.problems, trace):
            printer.error(line)
    if failure.usage:
        printer.error(failure.usage)
    printer.error(f"error: {failure.message}")
    if failure.hint:
        printer.error(f"hint: {failure.hint}")


def print_error(error: Sora2BatchError, printer: Printer) -> None:
    """Print an error that does not end the program."""
    print_failure(failure_of(error), printer, trace=error if printer.level > 1 else None)


def _gravest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Pick what to tell from errors that came together: one of ours before a bug."""
    leaves = list(_leaves(group))
    return next((leaf for leaf in leaves if isinstance(leaf, Sora2BatchError)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
