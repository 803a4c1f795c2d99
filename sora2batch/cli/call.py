"""From the options of a command to its work."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sora2batch.cli.printer import ClickPrinter
from sora2batch.cli.table import LOG_FILE, WORK, Work, resolve
from sora2batch.ground.errors import ExitCode


def call(
    name: str, /, *, verbose: int, quiet: bool, color: str, log_file: Path | None = None, **given: Any
) -> ExitCode:
    """Do the work of a command.

    Args:
        name: its name in ``WORK``.
        verbose: how often -v was given.
        quiet: whether -q was given.
        color: what was given with --color.
        log_file: what was given with --log-file, by commands that have it.
        given: the other options and arguments.
    """
    printer = ClickPrinter.of(verbose, quiet=quiet, color=color)
    if log_file is None:
        return _do(WORK[name], printer, given)
    with resolve(LOG_FILE)(log_file, sys.argv[1:], printer.error) as log:
        code = _do(WORK[name], replace(printer, note=log.told), given)
        log.end(code)
        return code


def _do(work: Work, printer: ClickPrinter, given: dict[str, Any]) -> ExitCode:
    function = resolve(work.function)
    code: ExitCode | None
    if work.arguments:
        code = function(resolve(work.arguments)(**given), printer)
    else:
        code = function(printer, **given)
    return ExitCode.DONE if code is None else code
