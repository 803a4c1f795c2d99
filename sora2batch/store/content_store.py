"""The user's store: objects that are named by their content, uploaded once, checked, signed late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sora2batch.ground.signed_url import SignedUrl
from sora2batch.store.bucket import WHOLE_BYTES, Bucket
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.content_object import ContentObject
from sora2batch.store.local_file import pieces_of, read_whole
from sora2batch.store.store_error import (
    NoConditionError,
    ObjectDamagedError,
    SigningError,
    StoreDeniedError,
)
from sora2batch.store.store_location import StoreLocation
from sora2batch.store.url_check import UrlChecker

LONGEST_SECONDS = 7 * 24 * 3600
"""S3 and R2 refuse what is signed for longer; their client does not say so."""
LONGEST_URL = 2000


class ContentStore:
    """A bucket as the program sees it; nothing is ever deleted. An async context manager."""

    def __init__(self, location: StoreLocation, bucket: Bucket, timeouts: StoreTimeouts) -> None:
        self.location = location
        self._bucket = bucket
        self._checker = UrlChecker(location.url, timeouts)
        self._can_write_on_condition = True

    async def __aenter__(self) -> Self:
        await self._checker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._checker.__aexit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"ContentStore({self.location.url})"

    @property
    def is_loopback(self) -> bool:
        """Whether its server is on this machine, or it is a folder."""
        return self._bucket.is_loopback

    async def length_of(self, name: str) -> int | None:
        """Look how long an object is; None if there is none.

        Raises:
            StoreError: the store does not say.
        """
        return await self._bucket.length_of(name)

    async def put_file(self, item: ContentObject, path: Path) -> bool:
        """Upload a file unless it is there; tell whether it was new. At most 8 MiB of it are held.

        Raises:
            FileChangedError: it cannot be read, or its bytes are others now; nothing is written.
            ObjectDamagedError: an object of its name has another length.
            StoreError: it could not be written.
        """
        if await self._is_there(item):
            return False
        if item.bytes > WHOLE_BYTES:
            await self._bucket.write_parts(item.name, pieces_of(path, item), item.mime, item.bytes)
            return True
        return await self.put_bytes(item, await asyncio.to_thread(read_whole, path, item))

    async def put_bytes(self, item: ContentObject, data: bytes) -> bool:
        """Write a small object unless it is there, without looking first; tell whether it was new.

        Raises:
            StoreError: it could not be written.
        """
        if self._can_write_on_condition:
            try:
                return await self._create(item, data)
            except NoConditionError:
                self._can_write_on_condition = False
        await self._bucket.write(item.name, data, item.mime)
        return True

    async def can_refuse(self, item: ContentObject, data: bytes) -> bool:
        """Tell whether the store refuses to write what is there, by trying it with the same bytes.

        Raises:
            StoreError: it could not be tried.
        """
        try:
            return not await self._bucket.create(item.name, data, item.mime)
        except NoConditionError:
            return False

    async def fetch(self, name: str) -> AsyncIterator[bytes]:
        """Read an object, at most 1 MiB at a time; to compare the bytes with the name is left to the caller.

        Raises:
            ObjectMissingError: there is none.
            StoreError: it cannot be read, or broke off.
        """
        async for piece in self._bucket.read(name):
            yield piece

    async def signed_url(self, name: str, *, seconds: int) -> SignedUrl:
        """Make a URL that GETs an object for so long; with ``public_url``, that one and for ever.

        Raises:
            SigningError: it would be longer, or longer good, than it may be; or a folder has no URLs.
            StoreError: it cannot be signed.
        """
        if self.location.public_url is not None:
            return self._bounded(f"{self.location.public_url}/{name}")
        if not 0 < seconds <= LONGEST_SECONDS:
            raise SigningError(
                f"{self.location.url}: a URL can be signed for at most 7 days",
                hint="make run.timeout shorter: a URL is good for twice as long and one hour",
            )
        return self._bounded(await self._bucket.sign(name, seconds))

    async def check_url(self, url: SignedUrl, *, bytes: int, must_be_public: bool = False) -> None:  # noqa: A002 - as an object's
        """GET a URL as the API will, and see that it answers 200 and with this length.

        Raises:
            SigningError: it must be public and is not: plain http, or an address the API cannot reach.
            StoreError: it answers otherwise; the message never has the query.
        """
        await self._checker.check(url, length=bytes, must_be_public=must_be_public)

    async def fetch_url(self, url: SignedUrl, *, bytes: int) -> bytes:  # noqa: A002 - as an object's
        """GET a small object by its URL.

        Raises:
            StoreError: it does not give so many bytes.
        """
        return await self._checker.fetch(url, length=bytes)

    async def _is_there(self, item: ContentObject) -> bool:
        length = None
        # Without the right to list, S3 does not say that there is none; a write may be allowed all the same.
        with suppress(StoreDeniedError):
            length = await self._bucket.length_of(item.name)
        if length is None:
            return False
        self._compare(item, length)
        return True

    async def _create(self, item: ContentObject, data: bytes) -> bool:
        if await self._bucket.create(item.name, data, item.mime):
            return True
        if not await self._is_there(item):
            # Somebody was writing it and has not finished, or gave up.
            await self._bucket.write(item.name, data, item.mime)
        return False

    def _compare(self, item: ContentObject, length: int) -> None:
        if length != item.bytes:
            raise ObjectDamagedError(
                f"{self.location.url}: {item.name} has {length:,} bytes there, not {item.bytes:,}",
                hint="somebody else wrote it: look at it, and delete it there",
            )

    def _bounded(self, url: str) -> SignedUrl:
        if len(url) <= LONGEST_URL:
            return SignedUrl(url)
        raise SigningError(
            f"{self.location.url}: a URL has {len(url):,} characters; more than {LONGEST_URL:,} are too many",
            hint="a session token makes it so long: use an access key without one, or store.public_url",
        )
