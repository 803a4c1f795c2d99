"""``--log-file``: when what was asked, answered and told, appended to a file; never a secret."""

from __future__ import annotations

import logging
import os
import re
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sora2batch.app.backend.known_secrets import known_secrets
from sora2batch.app.program_version import version_and_python
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.output_file import check_folder
from sora2batch.ground.plainfile import open_own_file, reason
from sora2batch.ground.text import readable, without_secrets

_PACKAGE = "sora2batch"
_BEGIN = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z \d+ ")
_BEGIN_ROOM = 64
_MODE = 0o600
"""It tells what was asked for: nobody else's business."""


class LogFile:
    """A log that is being written."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._began = perf_counter()

    def told(self, message: str) -> None:
        """Note what a person is told."""
        self._logger.info("told: %s", message)

    def begin(self, arguments: Sequence[str]) -> None:
        """Note what was called, where, by which program."""
        self._logger.info("begins: %s, %s", version_and_python(), sys.platform)
        self._logger.info("called: sora2batch %s", _call(arguments))
        self._logger.info("folder: %s", Path.cwd())

    def end(self, code: int) -> None:
        """Note how it ended, and after how long."""
        self._logger.info("ends: exit code %d after %.3f s", code, perf_counter() - self._began)

    def broken_off(self, error: BaseException) -> None:
        """Note what ended it; of a bug also where."""
        is_foreseen = isinstance(error, Sora2BatchError | KeyboardInterrupt | SystemExit | OSError)
        told = "" if is_foreseen else "".join(traceback.format_exception(error))
        what = f"{type(error).__name__}: {error}"
        self._logger.info("ends: %s after %.3f s\n%s", what, perf_counter() - self._began, told)


@contextmanager
def log_to(path: Path, arguments: Sequence[str], complain: Callable[[str], None]) -> Iterator[LogFile]:
    """Append to a file what happens in the block.

    Raises:
        UsageError: it cannot be opened; nothing was done yet.
    """
    handler = _Handler(path, complain)
    logger = logging.getLogger(_PACKAGE)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    log = LogFile(logger)
    log.begin(arguments)
    try:
        yield log
    except BaseException as error:
        log.broken_off(error)
        raise
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        handler.close()


class _Handler(logging.Handler):
    """Writes each record at once and in one piece, so that several processes may share a file."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        super().__init__()
        self._path = path
        self._complain = complain
        self._secrets = known_secrets()
        self._descriptor: int | None = _opened(path)

    def emit(self, record: logging.LogRecord) -> None:
        if self._descriptor is None:
            return
        line = f"{_time(record.created)} {record.process} {_one_line(record.getMessage())}\n"
        line = self._secrets.redact(line)
        try:
            os.write(self._descriptor, line.encode("utf-8", "backslashreplace"))
        except OSError as error:  # a full disk ends no run that spends money
            self.close()
            self._complain(f"warning: {self._path} cannot be written any longer: {reason(error)}")

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
        super().close()


def _opened(path: Path) -> int:
    check_folder(path)
    try:
        descriptor = open_own_file(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}", hint="name another file") from error
    if (begun := os.read(descriptor, _BEGIN_ROOM)) and not _BEGIN.match(begun):
        os.close(descriptor)  # the manifest, say, or a lockfile: what it lists has been paid for
        raise UsageError(f"{path} is no log; it was left as it is", hint="name another file")
    return descriptor


def _call(arguments: Sequence[str]) -> str:
    """Write what was called, without the programs of --notify: their arguments may hold a token."""
    words = list(arguments)
    for at, word in enumerate(words):
        if word.startswith("--notify="):
            words[at] = "--notify=…"
        elif at and words[at - 1] == "--notify":
            words[at] = "…"
    return without_secrets(shlex.join(words))


def _time(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """Keep a record on a line: what would steer a terminal, or begin a line of a stranger's, is spelled."""
    return "".join(one if one.isprintable() else _spelled(one) for one in readable(text.rstrip("\n")))


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode()
