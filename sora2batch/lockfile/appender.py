"""The journal as a file that grows: lines are durable when answered for, and have room for their answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from sora2batch.ground.disk import Disk
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.entry import Entry, State
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.lockfile.lockfile_error import JournalError

_CHUNK_BYTES = 256 * 1024
_OUTCOME_BYTES = 8 * 1024


class JournalLine(NamedTuple):
    """One line on its way to the journal. A named tuple: several are made for every job."""

    entry: Entry
    """*Shape*: one attempt."""
    text: bytes
    is_intent: bool
    """Whether a create call waits for this line: not one whose answer was lost."""

    @property
    def is_whole(self) -> bool:
        """Tell whether a lockfile would say the same of the job, in the same bytes: it knows no trials."""
        return self.entry.primary.trial == 1

    @property
    def room_for_outcome(self) -> int:
        """Bytes that the answer to an intent may need: the same again and the API's words, with a margin."""
        return _OUTCOME_BYTES + 2 * len(self.text)


def journal_line(entry: Entry) -> JournalLine:
    """Prepare a line.

    Raises:
        ValueError: the entry has more than one attempt, or could not be read back.
    """
    if len(entry.attempts) != 1:
        raise ValueError(f"a journal line tells of one attempt; {entry.key} has {len(entry.attempts)}")
    attempt = entry.primary
    is_intent = attempt.state is State.IN_DOUBT and attempt.error is None
    return JournalLine(entry, encode_journal_line(entry), is_intent)


class Appender:
    """The only writer of an open journal. Not for two threads at once."""

    def __init__(self, disk: Disk, descriptor: int, *, header: bytes) -> None:
        self._disk = disk
        self._descriptor = descriptor
        self._header = header
        self._offset = 0
        self._allocated = 0
        self._owed: dict[Fingerprint, int] = {}
        self._failure: JournalError | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether no line was appended since the last reset."""
        return self._offset == len(self._header)

    def reset(self) -> None:
        """Empty the journal, durably: the lockfile knows everything in it. Room that is owed stays set aside.

        Raises:
            JournalError: the disk refused; the journal takes no more lines.
        """
        try:
            self._disk.truncate(self._descriptor, 0)
            self._offset = self._allocated = 0
            self._disk.write(self._descriptor, self._header, 0)
            self._offset = len(self._header)
            with suppress(OSError):
                self._make_room(0)
            self._disk.sync(self._descriptor)
        except OSError as error:
            self._failure = _failure(error)
            raise self._failure from error

    def append(self, lines: Sequence[JournalLine]) -> list[JournalError | None]:
        """Make lines durable; what is answered for each, in order, is None or why it could not be kept.

        Room for the outcome is set aside before an intent is taken, so that on a disk that fills up it is the
        intent that fails, while nothing has been sent yet.
        """
        if self._failure:
            return [self._failure] * len(lines)
        full = self._admit(lines)
        taken = [line for line in lines if not (full and line.is_intent)]
        try:
            self._write(b"".join(line.text for line in taken))
        except OSError as error:
            self._failure = _failure(error)
            with suppress(OSError):
                self._disk.truncate(self._descriptor, self._offset)
            return [self._failure] * len(lines)
        return [full if line.is_intent else None for line in lines]

    def trim(self) -> None:
        """Give back the room that was set aside, before the journal is left behind."""
        with suppress(OSError):
            self._disk.truncate(self._descriptor, self._offset)

    def _admit(self, lines: Sequence[JournalLine]) -> JournalError | None:
        for line in lines:
            if line.is_intent:
                self._owed[line.entry.fingerprint] = line.room_for_outcome
            else:
                self._owed.pop(line.entry.fingerprint, None)
        try:
            self._make_room(sum(len(line.text) for line in lines))
        except OSError as error:
            for line in lines:
                if line.is_intent:
                    self._owed.pop(line.entry.fingerprint, None)
            return _failure(error)
        return None

    def _make_room(self, size: int) -> None:
        needed = self._offset + size + sum(self._owed.values())
        if needed > self._allocated:
            allocated = -(-needed // _CHUNK_BYTES) * _CHUNK_BYTES
            self._disk.allocate(self._descriptor, allocated)
            self._allocated = allocated

    def _write(self, data: bytes) -> None:
        if not data:
            return
        self._disk.write(self._descriptor, data, self._offset)
        self._disk.sync(self._descriptor)
        self._offset += len(data)


def _failure(error: OSError) -> JournalError:
    return JournalError(
        f"cannot write the journal: {error.strerror or error}",
        hint="make room on the disk and run again: what was recorded is safe",
    )
