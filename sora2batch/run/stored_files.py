"""Results in the user's own store: found again by what the lockfile says of them, put there, fetched."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.plainfile import open_plain_file
from sora2batch.lockfile.entry import Output
from sora2batch.matrix.filename import split_ending, with_ending
from sora2batch.media.sniff import HEAD_BYTES, MediaType, sniff
from sora2batch.run.circuit_breaker import CircuitBreaker, FileError
from sora2batch.run.object_store import ObjectStore
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.part import Part, PartFile, discard, make_folder, part_path
from sora2batch.store.content_object import ContentObject

SUFFIXES = (
    ".mp4", ".mov", ".webm", ".mkv", ".avi",
    ".jpg", ".png", ".gif", ".webp", ".avif", ".bmp", ".heic",
    ".mp3", ".wav", ".m4a", ".ogg", ".flac",
)  # fmt: skip
"""All that an object can have: one of each type of media."""


class StoredFiles:
    """The results in a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def find(self, output: Output) -> str | None:
        """Find a file's object, by hash and path alone; None if there is none.

        Raises:
            FileError: it has another length.
            Sora2BatchError: the store fails.
        """
        for name in object_names(output.sha256 or "", output.path or ""):
            length = await self._store.length_of(name)
            if length is None:
                continue
            if length != output.bytes:
                raise FileError(f"{name} in the store has {length:,} bytes, not {output.bytes or 0:,}")
            return name
        return None

    async def put(self, output: Output, path: Path) -> bool:
        """Put a file there, if it is not there; tell whether it was new.

        Raises:
            FileError: it is no result.
            Sora2BatchError: the store fails, or the file is not the one that is recorded.
        """
        try:
            kind = await asyncio.to_thread(_kind_of, path)
            if kind is None:
                raise FileError(f"{output.path} is no video, picture or sound: the store does not get it")
            return await self._store.put_file(_object_of(output, kind), path)
        except OSError as error:
            raise FileError(f"{output.path} cannot be read: {error.strerror or error}") from error

    async def fetch_part(self, output: Output, target: Path, *, root: Path) -> Part | None:
        """Fetch a file to TARGET.part below the root; None if the store does not have it.

        Raises:
            FileError: what the store has are other bytes.
            DownloadError: the disk refuses it.
            Sora2BatchError: the store fails.
        """
        name = await self.find(output)
        return None if name is None else await self.fetch_object(name, output, target, root=root)

    async def fetch_object(self, name: str, output: Output, target: Path, *, root: Path) -> Part:
        """Fetch a file of which the object is known to TARGET.part below the root.

        Raises:
            FileError: what the store has are other bytes.
            DownloadError: the disk refuses it.
            Sora2BatchError: the store fails.
        """
        try:
            make_folder(target, root)
            with PartFile(part_path(target)) as file:
                return await self._fill(name, output, file)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DownloadError(f"{part_path(target).name} cannot be written: {reason}") from error

    async def _fill(self, name: str, output: Output, file: PartFile) -> Part:
        async for piece in self._store.fetch(name):
            file.append(piece)
            if file.bytes > (output.bytes or 0):
                break
        kind = await asyncio.to_thread(file.examine)
        await asyncio.to_thread(file.save)
        if isinstance(kind, MediaType):
            part = file.finish(kind.suffix.removeprefix("."))
            if part.sha256 == output.sha256:
                return part
            discard(part)
        raise FileError(f"{name} in the store has other bytes than its name says")


class StoredSource:
    """Files that are taken from the store, as long as it does not fail."""

    def __init__(self, files: StoredFiles, breaker: CircuitBreaker, *, is_told: bool = True) -> None:
        """Get ready.

        Args:
            files: the store.
            breaker: counts its failures.
            is_told: whether a line says of a file from there that it is there; not where workers use a
                store to hand files over that the manifest does not want there.
        """
        self._files = files
        self._breaker = breaker
        self.is_told = is_told

    async def fetch_part(self, output: Output, target: Path, *, root: Path) -> Part | None:
        """Fetch a file to TARGET.part below the root; None if it cannot be had there.

        Raises:
            DownloadError: the disk refuses it.
        """
        if self._breaker.is_open:
            return None
        try:
            part = await self._files.fetch_part(output, target, root=root)
        except DownloadError:
            raise
        except Sora2BatchError as error:
            self._breaker.note_failure(error)
            return None
        self._breaker.note_success()
        return part


def object_names(sha256: str, path: str) -> Iterator[str]:
    """Propose the names that an object can have of a file that was recorded under a path.

    The object is named after what its bytes are, the file may be called otherwise: ``.mov`` for an MP4. A
    file's own ending comes first, then those that its family has; all there are where it has none.
    """
    own = split_ending(path)[1].lower()
    family = [one for one in SUFFIXES if own and with_ending(path, one[1:]) == path]
    for suffix in sorted(family or SUFFIXES, key=lambda one: one != own):
        yield ContentObject(sha256, suffix, 0, "").name


def input_names(sha256: str, path: str) -> Iterator[str]:
    """Propose the names that an object can have of an input file.

    Unlike a result it keeps the name that its owner gave it, whatever its bytes are: a PNG ``fox.jpg``.
    """
    likely = list(object_names(sha256, path))
    yield from dict.fromkeys([*likely, *object_names(sha256, "")])


def _object_of(output: Output, kind: MediaType) -> ContentObject:
    assert output.sha256 is not None, "only what was downloaded is put anywhere"
    return ContentObject(sha256=output.sha256, suffix=kind.suffix, bytes=output.bytes or 0, mime=kind.mime)


def _kind_of(path: Path) -> MediaType | None:
    with os.fdopen(open_plain_file(path), "rb") as stream:
        return sniff(stream.read(HEAD_BYTES))
