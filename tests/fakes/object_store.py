"""A store in memory that fails as it is told, and forgets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

from sora2batch.store.content_object import ContentObject
from sora2batch.store.store_error import StoreUnavailableError

PIECE = 1024 * 1024


class MemoryStore:
    """Objects by name. ``fails`` is asked at each call what goes wrong: by operation and name."""

    def __init__(
        self, *, seconds: float = 0.01, fails: Callable[[str, str], bool] = lambda what, name: False
    ):
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.under_way = 0
        self.most_under_way = 0
        self._seconds = seconds
        self.fails = fails

    def put_bytes(self, data: bytes, suffix: str) -> str:
        """What somebody else put there."""
        what = ContentObject(sha256(data).hexdigest(), suffix, len(data), "")
        self.objects[what.name] = data
        return what.name

    def of(self, operation: str) -> list[str]:
        """The names that an operation was about."""
        return [name for what, name in self.calls if what == operation]

    async def length_of(self, name: str, /) -> int | None:
        await self._call("head", name)
        return len(self.objects[name]) if name in self.objects else None

    async def put_file(self, what: ContentObject, path: Path, /) -> bool:
        data = path.read_bytes()  # noqa: ASYNC240 - in virtual time there are no threads
        await self._call("put", what.name)
        assert sha256(data).hexdigest() == what.sha256
        assert len(data) == what.bytes
        is_new = what.name not in self.objects
        self.objects.setdefault(what.name, data)
        self.types.setdefault(what.name, what.mime)
        return is_new

    async def fetch(self, name: str, /) -> AsyncIterator[bytes]:
        await self._call("get", name)
        data = self.objects[name]
        for at in range(0, len(data), PIECE):
            yield data[at : at + PIECE]

    async def _call(self, operation: str, name: str) -> None:
        self.calls.append((operation, name))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self.under_way -= 1
        if self.fails(operation, name):
            raise StoreUnavailableError("s3://bucket: the store cannot be reached", hint="try again later")
