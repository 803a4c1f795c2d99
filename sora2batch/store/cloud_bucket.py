"""A bucket in a cloud, over obstore."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import obstore
from obstore.store import AzureStore, GCSStore, S3Store

from sora2batch.store.bucket import PIECE
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.cloud_endpoint import CloudEndpoint
from sora2batch.store.cloud_failure import CLOUD_ERRORS, failure_of, is_there_already
from sora2batch.store.store_error import StoreError, StoreUnavailableError
from sora2batch.store.store_location import StoreLocation

if TYPE_CHECKING:
    from obstore import Attributes

CloudStore: TypeAlias = S3Store | GCSStore | AzureStore
_Result = TypeVar("_Result")
_PART = 5 * 1024 * 1024
"""Bytes; S3 takes no smaller ones. While one is on its way no other is gathered."""


class CloudBucket:
    """Objects in a cloud, by their names below the store's prefix."""

    def __init__(
        self, store: CloudStore, location: StoreLocation, endpoint: CloudEndpoint, timeouts: StoreTimeouts
    ) -> None:
        self._store = store
        self._location = location
        self._endpoint = endpoint
        self._timeouts = timeouts
        self._begin = f"{location.prefix}/" if location.prefix else ""

    @property
    def is_loopback(self) -> bool:
        """Whether its server is on this machine."""
        return self._endpoint.is_loopback

    async def length_of(self, name: str) -> int | None:
        """Look how long an object is; None if there is none."""
        try:
            async with asyncio.timeout(self._timeouts.answer):
                meta = await obstore.head_async(self._store, self._full(name))
        except FileNotFoundError:
            return None
        except CLOUD_ERRORS as error:
            failure = self._failure(error, "look for", name)
        else:
            return meta["size"]
        raise failure

    async def create(self, name: str, data: bytes, mime: str) -> bool:
        """Write an object if there is none; tell whether there was none."""
        put = obstore.put_async(
            self._store, self._full(name), data, mode="create", attributes=_labels(mime), use_multipart=False
        )
        try:
            async with asyncio.timeout(self._timeouts.for_bytes(len(data))):
                await put
        except CLOUD_ERRORS as error:
            if is_there_already(error):
                return False
            failure = self._failure(error, "write", name)
        else:
            return True
        raise failure

    async def write(self, name: str, data: bytes, mime: str) -> None:
        """Write an object, whether there is one or not."""
        put = obstore.put_async(
            self._store, self._full(name), data, attributes=_labels(mime), use_multipart=False
        )
        await self._try(put, "write", name, self._timeouts.for_bytes(len(data)))

    async def write_parts(self, name: str, pieces: AsyncIterator[bytes], mime: str, length: int) -> None:
        """Write a large object; what is raised by *pieces* is raised here, and the parts are given up."""
        put = obstore.put_async(
            self._store,
            self._full(name),
            pieces,
            attributes=_labels(mime),
            use_multipart=True,
            chunk_size=_PART,
            max_concurrency=1,
        )
        await self._try(put, "write", name, self._timeouts.for_bytes(length))

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Read an object, at most 1 MiB at a time."""
        seconds = self._timeouts.answer
        answer = await self._try(obstore.get_async(self._store, self._full(name)), "read", name, seconds)
        stream = answer.stream(PIECE)
        left = answer.meta["size"]
        while left > 0 and (piece := await self._try(_next(stream), "read", name, seconds)):
            left -= len(piece)
            for start in range(0, len(piece), PIECE):
                yield piece[start : start + PIECE]
        if left:
            raise StoreUnavailableError(f"{self._location.url}: cannot read {name}: the answer broke off")

    async def sign(self, name: str, seconds: int) -> str:
        """Make a URL with which whoever has it can GET an object."""
        sign = obstore.sign_async(self._store, "GET", self._full(name), timedelta(seconds=seconds))
        return await self._try(sign, "sign a URL of", name, self._timeouts.answer)

    async def _try(self, call: Awaitable[_Result], operation: str, name: str, seconds: float) -> _Result:
        """Raise what went wrong in our words, without what the client said even as its cause."""
        try:
            async with asyncio.timeout(seconds):
                return await call
        except CLOUD_ERRORS as error:
            failure = self._failure(error, operation, name)
        raise failure

    def _full(self, name: str) -> str:
        return f"{self._begin}{name}"

    def _failure(self, error: Exception, operation: str, name: str) -> StoreError:
        return failure_of(error, self._location, f"{operation} {name}", self._endpoint.host)


def _labels(mime: str) -> Attributes:
    return {"Content-Type": mime}


async def _next(stream: obstore.BytesStream) -> bytes:
    try:
        return bytes(await anext(stream))
    except StopAsyncIteration:
        return b""
