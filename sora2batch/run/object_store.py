"""The user's own store, as far as a run needs it: a port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from sora2batch.store.content_object import ContentObject


class ObjectStore(Protocol):
    """Objects named by their content. Every call raises a ``StoreError`` where the store fails."""

    async def length_of(self, name: str, /) -> int | None:
        """Ask how long an object is; None if there is no such object."""
        ...

    async def put_file(self, what: ContentObject, path: Path, /) -> bool:
        """Put a file there unless it is there; tell whether it was new. Other bytes are refused.

        Raises:
            FileChangedError: it cannot be read, or has other bytes.
        """
        ...

    def fetch(self, name: str, /) -> AsyncIterator[bytes]:
        """Read an object, in pieces of at most 1 MiB."""
        ...
