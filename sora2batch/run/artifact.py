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

_LONGEST_WORDS = 1024
"""Bytes; no clip and hardly a picture is shorter."""


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

    def opened_fault(self, attempt: Attempt) -> str | None:
        """Say what is wrong with a finished attempt's files, opening every one, though not to its end."""
        return self.quick_fault(attempt) or self._first_content_fault(attempt)

    def fault(self, attempt: Attempt) -> str | None:
        """Say what is wrong with a finished attempt's files, hashing every one and looking what it is."""
        return self._first_fault(attempt, None) or self._first_content_fault(attempt)

    def output_fault(self, output: Output) -> str | None:
        """Say what is wrong with one recorded file, hashing it and looking what it is."""
        return self._fault_of(output, None) or self._content_fault(output)

    def is_no_result(self, output: Output) -> bool:
        """Tell whether what was recorded was a host's words, which an older version kept as a clip.

        The file is as it was written and no media; or it was removed, and was as short as words are.
        """
        path = self._spell(output)
        if path is None or output.sha256 is None:
            return False
        if not os.path.lexists(path):
            return (output.bytes or 0) < _LONGEST_WORDS
        return _digest(path) == output.sha256 and self._content_fault(output) is not None

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
        if _digest(path) != output.sha256:
            return f"{output.path} does not match its hash"
        return None

    def _first_content_fault(self, attempt: Attempt) -> str | None:
        return next(filter(None, map(self._content_fault, attempt.outputs)), None)

    def _content_fault(self, output: Output) -> str | None:
        from sora2batch.run.result_check import content_fault  # noqa: PLC0415  # a plan seldom opens a file

        path = self._spell(output)
        return content_fault(path, output.path or "") if path else None


def _seconds(finished: datetime | None) -> float | None:
    return finished.timestamp() if finished else None


def _digest(path: str) -> str | None:
    try:
        with os.fdopen(open_plain_file(Path(path)), "rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
