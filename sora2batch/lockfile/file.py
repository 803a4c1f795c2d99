"""Lockfiles on disk: read whole, and replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

from sora2batch.ground.disk import Disk, SystemDisk, replace_file
from sora2batch.ground.plainfile import read_plain_file
from sora2batch.lockfile.codec import decode_lockfile, encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.lockfile_error import LockfileError, SaveError
from sora2batch.lockfile.real_path import written_file


def read_lockfile(path: Path) -> Lockfile:
    """Read a lockfile; one that does not exist is empty.

    Raises:
        LockfileError: it cannot be read.
    """
    data = read_bytes(path)
    return Lockfile(manifest="") if data is None else decode_lockfile(data, file=str(path))


def write_lockfile(path: Path, lockfile: Lockfile, *, disk: Disk | None = None) -> None:
    """Replace a lockfile, durably; through a link, the file that it leads to.

    Raises:
        LockfileError: the link leads out of its folder.
        SaveError: the disk refused; the old file stands.
    """
    replace_bytes(written_file(path), encode_lockfile(lockfile), disk=disk or SystemDisk())


def read_bytes(path: Path) -> bytes | None:
    """Read a file; None if there is none.

    Raises:
        LockfileError: it is there and cannot be read.
    """
    try:
        return read_plain_file(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LockfileError(f"cannot read {path}: {error.strerror}") from error


def replace_bytes(path: Path, data: bytes, *, disk: Disk) -> None:
    """Replace what a lockfile holds, durably.

    Raises:
        SaveError: the disk refused, or it is no plain file; what was there stands.
    """
    try:
        replace_file(path, data, disk=disk)
    except OSError as error:
        raise SaveError(
            f"cannot write {path}: {error.strerror or error}",
            hint="make room and run again; every result is safe in the journal beside it",
        ) from error
