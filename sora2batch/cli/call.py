"""From the options of a command to its work."""

from __future__ import annotations

from typing import Any

from sora2batch.cli.printer import ClickPrinter
from sora2batch.cli.table import WORK, resolve
from sora2batch.ground.errors import ExitCode


def call(name: str, /, *, verbose: int, quiet: bool, color: str, **given: Any) -> ExitCode:
    """Do the work of a command.

    Args:
        name: its name in ``WORK``.
        verbose: how often -v was given.
        quiet: whether -q was given.
        color: what was given with --color.
        given: the other options and arguments.
    """
    work = WORK[name]
    printer = ClickPrinter.of(verbose, quiet=quiet, color=color)
    function = resolve(work.function)
    code: ExitCode | None
    if work.arguments:
        code = function(resolve(work.arguments)(**given), printer)
    else:
        code = function(printer, **given)
    return ExitCode.DONE if code is None else code
