"""The user's own store, as far as a run needs it: a port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple, Protocol


class ContentObject(NamedTuple):
    """Bytes that are named by their content."""

    sha256: str
    suffix: str
    """With its dot: ``.mp4``."""
    bytes: int
    mime: str

    @property
    def name(self) -> str:
        """Where they are, below the store's prefix."""
        return f"sha256/{self.sha256[:2]}/{self.sha256}{self.suffix}"


class ObjectStore(Protocol):
    """Objects named by their content. Every call raises a ``Sora2BatchError`` where the store fails."""

    async def length_of(self, name: str, /) -> int | None:
        """Ask how long an object is; None if there is no such object."""
        ...

    async def put_file(self, what: ContentObject, path: Path, /) -> bool:
        """Put a file there unless it is there; tell whether it was new. Other bytes are refused.

        Raises:
            OSError: the file cannot be read.
        """
        ...

    def fetch(self, name: str, /) -> AsyncIterator[bytes]:
        """Read an object, in pieces of at most 1 MiB."""
        ...
