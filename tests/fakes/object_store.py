"""A store in memory that fails as it is told, and forgets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

from sora2batch.ground.signed_url import SignedUrl
from sora2batch.store.content_object import ContentObject
from sora2batch.store.store_error import FileChangedError, ObjectMissingError, StoreUnavailableError

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
        self.signed: list[tuple[str, int]] = []
        """Names, and for how many seconds."""
        self.slow: dict[str, float] = {}
        """How many seconds a call takes, by its operation, if not as all others."""
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
        if (sha256(data).hexdigest(), len(data)) != (what.sha256, what.bytes):
            raise FileChangedError(f"{path.name} is not what it was: its bytes have changed")
        is_new = what.name not in self.objects
        self.objects.setdefault(what.name, data)
        self.types.setdefault(what.name, what.mime)
        return is_new

    async def fetch(self, name: str, /) -> AsyncIterator[bytes]:
        await self._call("get", name)
        data = self.objects[name]
        for at in range(0, len(data), PIECE):
            yield data[at : at + PIECE]

    async def signed_url(self, name: str, /, *, seconds: int) -> SignedUrl:
        await self._call("sign", name)
        self.signed.append((name, seconds))
        return SignedUrl(f"https://store.test/{name}?X-Amz-Signature={len(self.signed):08}")

    async def check_url(self, url: SignedUrl, /, *, bytes: int, must_be_public: bool) -> None:  # noqa: A002
        name = url.reveal().removeprefix("https://store.test/").partition("?")[0]
        await self._call("check", name)
        if name not in self.objects:
            raise ObjectMissingError(f"s3://bucket: the URL of {name} answers a GET with HTTP 404")
        assert len(self.objects[name]) == bytes

    async def _call(self, operation: str, name: str) -> None:
        self.calls.append((operation, name))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.slow.get(operation, self._seconds))
        finally:
            self.under_way -= 1
        if self.fails(operation, name):
            raise StoreUnavailableError("s3://bucket: the store cannot be reached", hint="try again later")
