"""A lockfile that is rewritten when its content changed, and only then."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from sora2batch.ground.disk import Disk
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.appender import JournalLine
from sora2batch.lockfile.codec import decode_lockfile, encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.file import read_bytes, replace_bytes
from sora2batch.lockfile.line import encode_lockfile_line

_Stamp = tuple[int, int, int]
"""What changes with a file: its inode, length and time of writing in nanoseconds."""


class Saver:
    """One lockfile on disk. What somebody else wrote into it is never overwritten unread."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._stamp: _Stamp | None = None
        self._digest: bytes | None = None
        self._lines: dict[Fingerprint, tuple[Entry, bytes]] = {}

    def load(self) -> tuple[Entry, ...]:
        """Read the file's entries; none if there is no file.

        Raises:
            LockfileError: it cannot be read.
        """
        stamp = _stamp_of(self._path)
        data = read_bytes(self._path)
        entries = () if data is None else tuple(decode_lockfile(data, file=str(self._path)).entries.values())
        self._stamp = stamp
        self._digest = None if data is None else sha256(data).digest()
        return entries

    def load_changes(self) -> tuple[Entry, ...]:
        """Read the file again if somebody else wrote it since: a merge or a checkout during a run.

        Raises:
            LockfileError: it cannot be read now.
        """
        return () if _stamp_of(self._path) == self._stamp else self.load()

    def save(self, lockfile: Lockfile) -> None:
        """Replace the file, durably, unless it holds these very bytes. No file is made for no entries.

        Raises:
            SaveError: the disk refused; the old file stands.
        """
        if self._digest is None and not lockfile.entries:
            return
        data = encode_lockfile(lockfile, encode_line=self._line)
        digest = sha256(data).digest()
        if digest != self._digest:
            replace_bytes(self._path, data, disk=self._disk)
            self._stamp, self._digest = _stamp_of(self._path), digest

    def learn(self, line: JournalLine) -> None:
        """Take over the text of a journal's line that is all there is to say about its job."""
        if line.is_whole:
            self._lines[line.entry.fingerprint] = (line.entry, line.text)

    def _line(self, entry: Entry) -> bytes:
        cached = self._lines.get(entry.fingerprint)
        if cached is not None and cached[0] is entry:
            return cached[1]
        line = encode_lockfile_line(entry)
        self._lines[entry.fingerprint] = (entry, line)
        return line


def _stamp_of(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
