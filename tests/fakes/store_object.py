"""Objects for stores, and the file that one comes from."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from sora2batch.store.content_object import ContentObject


def object_of(data: bytes) -> ContentObject:
    return ContentObject(sha256(data).hexdigest(), ".jpg", len(data), "image/jpeg")


def file_of(folder: Path, data: bytes) -> tuple[ContentObject, Path]:
    path = folder / "fox.jpg"
    path.write_bytes(data)
    return object_of(data), path


async def content_of(store, name: str) -> bytes:
    pieces = [piece async for piece in store.fetch(name)]
    assert all(0 < len(piece) <= 1024 * 1024 for piece in pieces)
    return b"".join(pieces)
