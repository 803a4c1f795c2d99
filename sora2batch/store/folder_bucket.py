"""A folder as a bucket (``file://``): files appear whole, are never written over; no link leads out."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.plainfile import is_led_out, make_folders, open_own_file, reason
from sora2batch.store.bucket import PIECE
from sora2batch.store.store_error import ObjectMissingError, SigningError, StoreError
from sora2batch.store.store_location import StoreLocation

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})
_HINT = "make the folder, mount its drive, or see to its rights"


class FolderBucket:
    """Objects are files below a folder; the folder itself may be made, those above it may not."""

    is_loopback = True

    def __init__(self, location: StoreLocation) -> None:
        self._location = location
        self._root = Path(location.bucket)
        self._disk = SystemDisk()

    async def length_of(self, name: str) -> int | None:
        """Look how long a file is; None if there is none."""
        return await asyncio.to_thread(self._length_of, name)

    def _length_of(self, name: str) -> int | None:
        try:
            found = self._path(name, "look for").lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            failure = self._failure("look for", name, reason(error))
        else:
            if stat.S_ISREG(found.st_mode):
                return found.st_size
            failure = self._failure("use", name, "something that is no plain file has its name")
        raise failure

    async def create(self, name: str, data: bytes, mime: str) -> bool:
        """Write a file if there is none."""
        del mime  # files have no labels
        return await self._write(name, _one(data))

    async def write(self, name: str, data: bytes, mime: str) -> None:
        """Write a file; one that is there stays."""
        await self.create(name, data, mime)

    async def write_parts(self, name: str, pieces: AsyncIterator[bytes], mime: str, length: int) -> None:
        """Write a large file whole or not at all."""
        del mime, length
        await self._write(name, pieces)

    async def _write(self, name: str, pieces: AsyncIterator[bytes]) -> bool:
        target = self._path(name, "write")
        part = target.with_name(f".{target.name}.{token_hex(6)}.part")
        failure: OSError | None = None
        try:
            descriptor = await asyncio.to_thread(self._begin, part)
            try:
                async for piece in pieces:
                    await asyncio.to_thread(_write_all, descriptor, piece)
                await asyncio.to_thread(self._disk.sync, descriptor)
            finally:
                os.close(descriptor)
            return await asyncio.to_thread(self._place, part, target)
        except OSError as error:
            failure = error
        finally:
            with suppress(OSError):
                part.unlink()
        raise self._failure("write", name, reason(failure))

    def _begin(self, part: Path) -> int:
        with suppress(FileExistsError):
            self._root.mkdir()
        make_folders(part.parent)
        return os.open(part, _NEW, 0o666)

    def _place(self, part: Path, target: Path) -> bool:
        """Give a file its name unless there is one."""
        try:
            os.link(part, target)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            if os.path.lexists(target):
                return False
            part.rename(target)
        self._disk.sync_folder(target.parent)
        return True

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Read a file, at most 1 MiB at a time."""
        failure: OSError | None = None
        try:
            descriptor = await asyncio.to_thread(open_own_file, self._path(name, "read"), _READ)
            with os.fdopen(descriptor, "rb", buffering=0) as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
        except OSError as error:
            failure = error
        if isinstance(failure, FileNotFoundError):
            raise ObjectMissingError(f"{self._location.url}: there is no {name}")
        if failure:
            raise self._failure("read", name, reason(failure))

    async def sign(self, name: str, seconds: int) -> str:
        """Refuse: there is no server."""
        del name, seconds
        raise SigningError(
            f"{self._location.url} is a folder, and files in a folder have no URLs that the API could fetch",
            hint="give store.public_url, if a web server shows the folder; or take a bucket for inputs",
        )

    def _path(self, name: str, operation: str) -> Path:
        path = self._root.joinpath(*name.split("/"))
        if is_led_out(path.parent, self._root):
            raise self._failure(operation, name, "a link on the way leads out of the folder")
        return path

    def _failure(self, operation: str, name: str, why: str) -> StoreError:
        return StoreError(f"{self._location.url}: cannot {operation} {name}: {why}", hint=_HINT)


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
