"""A real disk that fails at the n-th call, and forgets at a power cut what was not synced."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from random import Random

from sora2batch.ground.disk import SystemDisk

_SECTOR = 512


class After(Enum):
    """What happens to the calls after the one that failed."""

    HEALED = auto()
    DEAD = auto()


@dataclass
class _Unsynced:
    descriptor: int
    inode: int
    offset: int
    before: bytes


class FragileDisk(SystemDisk):
    """Counts calls; `fail_at` counts from 1, and 0 never fails. A write that fails is half done."""

    def __init__(self, *, fail_at: int = 0, after: After = After.HEALED, error: int = errno.EIO) -> None:
        self.calls: list[str] = []
        self._fail_at = fail_at
        self._after = after
        self._error = error
        self._unsynced: list[_Unsynced] = []

    @property
    def has_failed(self) -> bool:
        return 0 < self._fail_at <= len(self.calls)

    def create(self, path: Path, mode: int) -> int:
        self._step("create")
        return super().create(path, mode)

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        before = os.pread(descriptor, len(data), offset) if _is_readable(descriptor) else b""
        self._unsynced.append(
            _Unsynced(os.dup(descriptor), os.fstat(descriptor).st_ino, offset, before.ljust(len(data), b"\0"))
        )
        self._step("write", lambda: SystemDisk.write(self, descriptor, data[: len(data) // 2], offset))
        super().write(descriptor, data, offset)

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        super().sync(descriptor)
        inode = os.fstat(descriptor).st_ino
        self._settle([write for write in self._unsynced if write.inode == inode])

    def truncate(self, descriptor: int, size: int) -> None:
        self._step("truncate")
        super().truncate(descriptor, size)

    def allocate(self, descriptor: int, size: int) -> None:
        self._step("allocate")
        super().allocate(descriptor, size)

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        self._step("close")

    def replace(self, source: Path, target: Path) -> None:
        self._step("replace")
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self._step("remove")
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        super().sync_folder(folder)

    def cut_power(self, random: Random) -> None:
        """Of what was written and not synced, each sector is lost or not as chance has it."""
        for write in reversed(self._unsynced):
            end = min(write.offset + len(write.before), os.fstat(write.descriptor).st_size)
            for start in range(write.offset, end, _SECTOR):
                if random.random() < 0.5:
                    old = write.before[start - write.offset : min(start + _SECTOR, end) - write.offset]
                    os.pwrite(write.descriptor, old, start)
        self.settle_all()

    def settle_all(self) -> None:
        """Let go of what is not synced: it has come to the disk after all."""
        self._settle(list(self._unsynced))

    def _settle(self, writes: list[_Unsynced]) -> None:
        for write in writes:
            self._unsynced.remove(write)
            os.close(write.descriptor)

    def _step(self, name: str, half: Callable[[], None] = lambda: None) -> None:
        self.calls.append(name)
        count = len(self.calls)
        if self._fail_at and (
            count == self._fail_at or (count > self._fail_at and self._after is After.DEAD)
        ):
            if count == self._fail_at:
                half()
            raise OSError(self._error, os.strerror(self._error))


def _is_readable(descriptor: int) -> bool:
    try:
        os.pread(descriptor, 1, 0)
    except OSError:
        return False
    return True


class FullDisk(FragileDisk):
    """A disk on which only so many bytes are free: what was allocated is ours, the rest is gone when it is gone."""

    def __init__(self, free_bytes: int) -> None:
        super().__init__()
        self.free_bytes = free_bytes
        self._ours: dict[int, int] = {}

    def allocate(self, descriptor: int, size: int) -> None:
        self._take(descriptor, size)
        super().allocate(descriptor, size)

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        self._take(descriptor, offset + len(data))
        super().write(descriptor, data, offset)

    def truncate(self, descriptor: int, size: int) -> None:
        inode = os.fstat(descriptor).st_ino
        self.free_bytes += max(0, self._ours.get(inode, 0) - size)
        self._ours[inode] = min(self._ours.get(inode, 0), size)
        super().truncate(descriptor, size)

    def _take(self, descriptor: int, size: int) -> None:
        inode = os.fstat(descriptor).st_ino
        more = max(0, size - self._ours.get(inode, 0))
        if more > self.free_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.free_bytes -= more
        self._ours[inode] = self._ours.get(inode, 0) + more
