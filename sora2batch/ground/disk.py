"""Durable files: the little that is asked of an operating system, and files replaced whole or not at all.

Tests pass a disk that fails.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sora2batch.ground.plainfile import refuse_unless_plain

if sys.platform == "darwin":
    import fcntl

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NEW_FILE_MODE = 0o666
_LONGEST_NAME = 200
"""In bytes; with what is added it still fits into the 255 that file systems allow."""
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_ALLOCATION = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENODEV}


class Disk(Protocol):
    """Files by descriptor. Every method raises OSError where the system refuses."""

    def create(self, path: Path, mode: int) -> int:
        """Open an empty file for writing."""
        ...

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of the data at a place."""
        ...

    def sync(self, descriptor: int) -> None:
        """Return when the file's content would survive a power cut."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to so many bytes."""
        ...

    def allocate(self, descriptor: int, size: int) -> None:
        """Set room aside for a file of *size* bytes, where the system can promise that."""
        ...

    def close(self, descriptor: int) -> None:
        """Close a file; a lock on it goes with it."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file over another, at once or not at all."""
        ...

    def remove(self, path: Path) -> None:
        """Delete a file."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder would survive a power cut."""
        ...


class SystemDisk:
    """The machine's own disk."""

    def create(self, path: Path, mode: int) -> int:
        """Open an empty file for writing, in place of what a run left there; never through a link."""
        with suppress(FileNotFoundError):
            path.unlink()
        return os.open(path, _CREATE, mode)

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of the data at a place."""
        os.lseek(descriptor, offset, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        """Return when the file's content would survive a power cut."""
        if sys.platform == "darwin":
            # There, fsync leaves the data in the drive's own memory.
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        elif sys.platform == "win32":
            os.fsync(descriptor)
        else:
            os.fdatasync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to so many bytes."""
        os.ftruncate(descriptor, size)

    def allocate(self, descriptor: int, size: int) -> None:
        """Set room aside for a file of *size* bytes, where the system can promise that."""
        if sys.platform in {"darwin", "win32"}:
            return
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno not in _NO_ALLOCATION:
                raise

    def close(self, descriptor: int) -> None:
        """Close a file; a lock on it goes with it."""
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file over another, at once or not at all."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Delete a file."""
        path.unlink()

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder would survive a power cut."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(descriptor)


def replace_file(path: Path, data: bytes, *, disk: Disk) -> None:
    """Write beside, sync, rename over, sync the folder; mode and owner are kept. A link is not followed.

    Raises:
        OSError: the disk refused, or it is no plain file; what was there stands.
    """
    temporary = path.with_name(f"{_temporary_prefix(path)}{os.getpid()}")
    try:
        refuse_unless_plain(path)
        _write_new(temporary, data, _rights_of(path), disk)
        disk.replace(temporary, path)
        disk.sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            disk.remove(temporary)
        raise


def remove_stale_temporaries(path: Path) -> None:
    """Delete what a process that died while writing this file left beside it; for its only writer."""
    prefix = _temporary_prefix(path)
    for other in path.parent.iterdir():
        if other.name.startswith(prefix):
            with suppress(OSError):
                other.unlink()


def _temporary_prefix(path: Path) -> str:
    """Begin the name of what is written beside; of a long name only a digest, for there is a longest."""
    name = os.fsencode(path.name)
    return f".{path.name}.tmp-" if len(name) <= _LONGEST_NAME else f".{sha256(name).hexdigest()[:32]}.tmp-"


def _rights_of(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _write_new(path: Path, data: bytes, rights: os.stat_result | None, disk: Disk) -> None:
    descriptor = disk.create(path, _NEW_FILE_MODE)
    try:
        if rights is not None:
            _keep_owner(path, rights)
            path.chmod(stat.S_IMODE(rights.st_mode))
        disk.write(descriptor, data, 0)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def _keep_owner(path: Path, rights: os.stat_result) -> None:
    """Give a file to whom the old one belongs, as far as that is allowed: root may write for somebody."""
    if sys.platform == "win32":
        return
    made = path.stat()
    if (made.st_uid, made.st_gid) != (rights.st_uid, rights.st_gid):
        with suppress(OSError):
            os.chown(path, rights.st_uid, rights.st_gid)
