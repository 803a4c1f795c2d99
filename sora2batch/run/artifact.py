"""The files that a lockfile speaks of, held against what it says of them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from sora2batch.ground.plainfile import open_plain_file
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.lockfile.path import is_plainly_inside, parts_inside


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The output folder of one manifest."""

    root: Path

    def quick_fault(self, attempt: Attempt) -> str | None:
        """Say what is wrong with a finished attempt's files, reading only those with a foreign stamp.

        A file gets its task's finishing time as its modification time when it is put in place. Where length
        and time still are what they were, nobody has written to it: its hash need not be computed again.
        """
        return self._first_fault(attempt, _seconds(attempt.finished))

    def stamp(self, path: Path, finished: datetime | None) -> None:
        """Give a file its task's finishing time; without it the file is only slower to check."""
        seconds = _seconds(finished)
        if seconds is not None:
            with suppress(OSError, OverflowError):
                os.utime(path, (seconds, seconds))

    def locate(self, output: Output) -> Path | None:
        """Where a recorded file lies; None if it was never downloaded.

        A path of a lockfile may have been edited by hand or on another branch: it must stay inside.
        """
        spelled = self._spell(output)
        return None if spelled is None else Path(spelled)

    def _spell(self, output: Output) -> str | None:
        if not output.path:
            return None
        if is_plainly_inside(output.path):
            return f"{self.root}/{output.path}"
        parts = parts_inside(output.path)
        return str(self.root.joinpath(*parts)) if parts else None

    def _first_fault(self, attempt: Attempt, stamp: float | None) -> str | None:
        if not attempt.outputs:
            return attempt.error.message if attempt.error else "its file has not been downloaded"
        faults = (self._fault_of(output, stamp) for output in attempt.outputs)
        return next(filter(None, faults), None)

    def _fault_of(self, output: Output, stamp: float | None) -> str | None:
        """Compare one file; with a stamp, a file that bears it need not be read."""
        path = self._spell(output)
        if path is None or output.sha256 is None:
            return "its file has not been downloaded"
        try:
            found = os.stat(path)  # noqa: PTH116 - asked for every job: making a Path takes longer than this
        except OSError:
            return f"{output.path} is missing"
        if found.st_size != output.bytes:
            return f"{output.path} has {found.st_size:,} bytes, not {output.bytes or 0:,}"
        if stamp is not None and found.st_mtime == stamp:
            return None
        if hash_of(path) != output.sha256:
            return f"{output.path} does not match its hash"
        return None


def _seconds(finished: datetime | None) -> float | None:
    """Write a finishing time as a file's stamp; None for one that no file can have."""
    try:
        return finished.timestamp() if finished else None
    except (ValueError, OverflowError):
        return None


def hash_of(path: str) -> str | None:
    """Hash a file; None for anything else."""
    try:
        with os.fdopen(open_plain_file(Path(path)), "rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
