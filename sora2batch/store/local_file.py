"""A local file on its way to the store: read once, and held against what it was when it got its name."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sora2batch.ground.plainfile import open_plain_file, reason
from sora2batch.store.bucket import PIECE
from sora2batch.store.content_object import ContentObject
from sora2batch.store.store_error import FileChangedError

if TYPE_CHECKING:
    from hashlib import _Hash

_HINT = "make the plan anew, and leave the file alone meanwhile"


def read_whole(path: Path, expected: ContentObject) -> bytes:
    """Read a small file; its length is known, so no more than that and one byte is read.

    Raises:
        FileChangedError: it cannot be read, or has other bytes than expected.
    """
    with _opened(path) as file:
        data = file.read(expected.bytes + 1)
    _compare(path, expected, len(data), sha256(data).hexdigest())
    return data


async def pieces_of(path: Path, expected: ContentObject) -> AsyncIterator[bytes]:
    """Read a large file; the last piece is handed out only if all of them were as expected.

    Raises:
        FileChangedError: it cannot be read, or has other bytes than expected.
    """
    digest, length = sha256(), 0
    kept = b""
    with _opened(path) as file:
        while piece := await asyncio.to_thread(_read, file, digest):
            length += len(piece)
            if length > expected.bytes:
                break
            if kept:
                yield kept
            kept = piece
    _compare(path, expected, length, digest.hexdigest())
    yield kept


def _read(file: BinaryIO, digest: _Hash) -> bytes:
    piece = file.read(PIECE)
    digest.update(piece)
    return piece


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with os.fdopen(open_plain_file(path), "rb") as file:
            yield file
    except OSError as error:
        why = reason(error)
    else:
        return
    raise FileChangedError(f"{path.name} cannot be read: {why}", hint=_HINT)


def _compare(path: Path, expected: ContentObject, length: int, digest: str) -> None:
    if (length, digest) != (expected.bytes, expected.sha256):
        raise FileChangedError(f"{path.name} is not what it was: its bytes have changed", hint=_HINT)
