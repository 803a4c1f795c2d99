"""The stores of the batches that a worker works for: each is opened once, and closed with the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from sora2batch.store.content_store import ContentStore
from sora2batch.store.make import open_store
from sora2batch.store.store_location import parse_location


class OpenStores:
    """An async context manager; credentials come from the worker's own environment alone."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._stores: dict[tuple[str, str | None], ContentStore] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def open(self, url: str, public_url: str | None) -> ContentStore:
        """Open a store, unless it is open.

        Raises:
            UsageError: it cannot be opened.
        """
        async with self._opening:
            known = self._stores.get((url, public_url))
            if known is None:
                location = parse_location(url, public_url=public_url)
                known = await self._stack.enter_async_context(open_store(location, self._environ))
                self._stores[url, public_url] = known
            return known
