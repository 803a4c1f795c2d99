"""Lockfiles on disk: read whole, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sora2batch.lockfile.codec import decode_lockfile, encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.disk import Disk, SystemDisk
from sora2batch.lockfile.error import LockfileError, SaveError
from sora2batch.lockfile.location import written_file
from sora2batch.plainfile import read_plain_file, refuse_unless_plain

_NEW_FILE_MODE = 0o666
_LONGEST_NAME = 200
"""In bytes; with what is added it still fits into the 255 that file systems allow."""


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
    replace_file(written_file(path), encode_lockfile(lockfile), disk=disk or SystemDisk())


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


def replace_file(path: Path, data: bytes, *, disk: Disk) -> None:
    """Write beside, sync, rename over, sync the folder; the file's mode is kept.

    Raises:
        SaveError: the disk refused, or it is no plain file; what was there stands.
    """
    temporary = path.with_name(f"{_temporary_prefix(path)}{os.getpid()}")
    try:
        refuse_unless_plain(path)
        _write_new(temporary, data, _mode_of(path), disk)
        disk.replace(temporary, path)
        disk.sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            disk.remove(temporary)
        raise SaveError(
            f"cannot write {path}: {error.strerror or error}",
            hint="make room and run again; every result is safe in the journal beside it",
        ) from error


def remove_stale_temporaries(path: Path) -> None:
    """Delete what a run that died while writing this file left beside it; only its lock's holder may."""
    prefix = _temporary_prefix(path)
    for other in path.parent.iterdir():
        if other.name.startswith(prefix):
            with suppress(OSError):
                other.unlink()


def _temporary_prefix(path: Path) -> str:
    """Begin the name of what is written beside; of a long name only a digest, for there is a longest."""
    name = os.fsencode(path.name)
    return f".{path.name}.tmp-" if len(name) <= _LONGEST_NAME else f".{sha256(name).hexdigest()[:32]}.tmp-"


def _mode_of(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _write_new(path: Path, data: bytes, mode: int | None, disk: Disk) -> None:
    descriptor = disk.create(path, _NEW_FILE_MODE)
    try:
        if mode is not None:
            path.chmod(mode)
        disk.write(descriptor, data, 0)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
