"""From the options of a command to its work."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sora2batch.cli.printer import ClickPrinter
from sora2batch.cli.table import CONFIGURED_COLOR, CONFIGURED_LOG_FILE, EXTRAS, LOG_FILE, WORK, Work, resolve
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError


def call(name: str, /, *, verbose: int, quiet: bool, color: str | None, **given: Any) -> ExitCode:
    """Do the work of a command.

    Args:
        name: its name in ``WORK``.
        verbose: how often -v was given.
        quiet: whether -q was given.
        color: what was given with --color.
        given: the other options and arguments; of them --log-file is seen to here, where a command has it.
    """
    printer = ClickPrinter.of(verbose, quiet=quiet, color=color or resolve(CONFIGURED_COLOR)())
    log_file = _log_file(name, given.pop("log_file")) if "log_file" in given else None
    if log_file is None:
        return _do(WORK[name], printer, given)
    with resolve(LOG_FILE)(log_file, sys.argv[1:], printer.error) as log:
        code = _do(WORK[name], replace(printer, note=log.told), given)
        log.end(code)
        return code


def _log_file(name: str, given: Path | None) -> Path | None:
    """Choose where to log; `doctor` tells of all settings that are no good, and ends for none."""
    if given is not None:
        return given
    try:
        configured: Path | None = resolve(CONFIGURED_LOG_FILE)()
    except Sora2BatchError:
        if name != "doctor":
            raise
        return None
    return configured


def _do(work: Work, printer: ClickPrinter, given: dict[str, Any]) -> ExitCode:
    function = _function(work)
    code: ExitCode | None
    if work.arguments:
        code = function(resolve(work.arguments)(**given), printer)
    else:
        code = function(printer, **given)
    return ExitCode.DONE if code is None else code


def _function(work: Work) -> Any:
    """Import the function of a command.

    Raises:
        UsageError: it needs libraries that not everybody has, and they are not installed.
    """
    try:
        return resolve(work.function)
    except ImportError as error:  # psycopg without libpq gives no name
        missing = (error.name or "psycopg").partition(".")[0]
        if work.extra is None or missing not in EXTRAS[work.extra]:
            raise
        message = f"this call needs {missing}, which is not installed or not whole"
        raise UsageError(message, hint=f"pip install 'sora2batch[{work.extra}]'") from error
