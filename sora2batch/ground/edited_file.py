"""A file of the user's own written anew as editors do it: it stays the same file, with its rights and names.

It is replaced whole, by a rename, where that leaves no trace. A file that has several names (hard links),
belongs to somebody else or lies in a folder that is not ours to write is written in place instead.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from sora2batch.ground.disk import Disk, SystemDisk, replace_file
from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import open_own_file, reason, refuse_other_kinds, refuse_read_only

_DISK = SystemDisk()
_WRITE = os.O_RDWR | getattr(os, "O_BINARY", 0)


def write_edited(path: Path, data: bytes, *, disk: Disk = _DISK) -> None:
    """Write a file, through a link if it is one; a name that is free is taken.

    Raises:
        UsageError: it is read-only, no plain file, or the disk refused; what was there stands.
    """
    try:
        target = Path(os.path.realpath(path))
        try:
            found = target.lstat()
        except FileNotFoundError:
            replace_file(target, data, disk=disk)
            return
        refuse_other_kinds(found)
        refuse_read_only(target)
        if found.st_nlink == 1 and _is_ours(found) and os.access(target.parent, os.W_OK):
            replace_file(target, data, disk=disk)
        else:
            _write_in_place(target, data, disk)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}", hint="it was left as it is") from error


def _is_ours(found: os.stat_result) -> bool:
    """Tell whether a file that we make can have the same owner."""
    if sys.platform == "win32" or os.geteuid() == 0:
        return True
    return found.st_uid == os.geteuid() and found.st_gid in {os.getegid(), *os.getgroups()}


def _write_in_place(path: Path, data: bytes, disk: Disk) -> None:
    descriptor = open_own_file(path, _WRITE)
    try:
        before = path.read_bytes()
        try:
            if len(data) > len(before):  # a full disk tells it before anything is written over
                disk.allocate(descriptor, len(data))
            _fill(disk, descriptor, data)
        except OSError:
            with suppress(OSError):
                _fill(disk, descriptor, before)
            raise
    finally:
        disk.close(descriptor)


def _fill(disk: Disk, descriptor: int, data: bytes) -> None:
    disk.write(descriptor, data, 0)
    disk.truncate(descriptor, len(data))
    disk.sync(descriptor)
