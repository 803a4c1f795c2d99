"""One run at a time: the journal is locked while somebody writes it, and the lock dies with its process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
from filelock import lock_descriptor, unlock_descriptor

from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.plainfile import open_own_file
from sora2batch.lockfile.journal import journal_path
from sora2batch.lockfile.lockfile_error import LockfileError
from sora2batch.lockfile.real_path import check_journal, written_file

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0)
_TRIES = 5
_PAUSE_SECONDS = 0.02
"""A command that only looks whether the lock is held holds it for a moment itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lockfile, as far as its journal tells."""

    pid: int | None = None
    host: str | None = None
    since: str | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        return f"process {self.pid} on {self.host} (since {self.since})"


class LockHeldError(Sora2BatchError):
    """Another run writes this lockfile."""

    exit_code = ExitCode.HELD

    def __init__(self, path: Path, holder: Holder) -> None:
        super().__init__(f"{path} is held by {holder}", hint="wait for that run to end, or stop it")
        self.holder = holder


def take_hold(lock_path: Path) -> int:
    """Open a lockfile's journal, create it if need be, and lock it; the descriptor is the lock.

    Raises:
        LockHeldError: somebody else has it.
        LockfileError: it cannot be opened here.
    """
    path = journal_path(lock_path)
    check_journal(path)
    for _ in range(_TRIES):
        descriptor = _open(path)
        if not _lock(path, descriptor):
            os.close(descriptor)
            time.sleep(_PAUSE_SECONDS)
        elif _is_file_at(path, descriptor):
            return descriptor
        else:
            # Its last holder removed it between our opening and our locking it.
            os.close(descriptor)
    raise LockHeldError(lock_path, read_holder(path))


def drop_hold(lock_path: Path, descriptor: int) -> None:
    """Remove the journal, of which nothing is needed any more, and let go."""
    path = journal_path(lock_path)
    if os.name == "nt":
        os.close(descriptor)
        path.unlink(missing_ok=True)
        return
    try:
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def lock_holder(lock_path: Path) -> Holder | None:
    """Look whether a run writes this lockfile just now."""
    try:
        path = journal_path(written_file(lock_path))
        descriptor = open_own_file(path, _FLAGS)
    except (OSError, LockfileError):
        return None
    try:
        if lock_descriptor(descriptor, blocking=False):
            unlock_descriptor(descriptor)
            return None
        return read_holder(path)
    except OSError:  # where nothing can be locked nobody can run: that is told to who wants to
        return None
    finally:
        os.close(descriptor)


def lock_fault(file: Path) -> LockfileError | None:
    """Find out by a file that is there already whether files can be locked beside it."""
    try:
        descriptor = open_own_file(file, _FLAGS)
    except OSError:
        return None
    try:
        if lock_descriptor(descriptor, blocking=False):
            unlock_descriptor(descriptor)
    except OSError as error:
        return _no_locks(file, error)
    else:
        return None
    finally:
        os.close(descriptor)


def read_holder(path: Path) -> Holder:
    """Read from a journal's first line who writes it; a Holder without a name if it cannot be read."""
    try:
        with os.fdopen(open_own_file(path, _READ), "rb") as file:
            header = orjson.loads(file.readline(4096))
        return Holder(pid=int(header["pid"]), host=str(header["host"]), since=str(header["started_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


def _open(path: Path) -> int:
    try:
        return open_own_file(path, _FLAGS | os.O_CREAT)
    except OSError as error:
        raise LockfileError(
            f"cannot open {path} for writing: {error.strerror or error}",
            hint="results are recorded beside the manifest; nothing was sent",
        ) from error


def _lock(path: Path, descriptor: int) -> bool:
    """Lock an open journal; where that is impossible nothing is left behind.

    A lock file in its place would outlive a run that is killed, and two runs can make it on some disks.
    """
    try:
        return lock_descriptor(descriptor, blocking=False)
    except OSError as error:
        if os.fstat(descriptor).st_size == 0:
            path.unlink(missing_ok=True)
        os.close(descriptor)
        raise _no_locks(path, error) from error


def _no_locks(path: Path, error: OSError) -> LockfileError:
    return LockfileError(
        f"files cannot be locked in {path.parent}: {error.strerror or error}; two runs could pay for one job",
        hint="nothing was sent: work in a folder on a local disk, or mount this one with locks (flock)",
    )


def _is_file_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
