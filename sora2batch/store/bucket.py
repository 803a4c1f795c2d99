"""What every kind of bucket can do: the port between the store and the clouds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

PIECE = 1024 * 1024
"""Bytes that are handed on at once."""
WHOLE_BYTES = 8 * 1024 * 1024
"""Up to here an object is written by one call; a larger one goes in parts."""


class Bucket(Protocol):
    """Objects by their name, which begins below the store's prefix. Every method may raise StoreError."""

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        ...

    async def length_of(self, name: str) -> int | None:
        """Look how long an object is; None if there is none."""
        ...

    async def create(self, name: str, data: bytes, mime: str) -> bool:
        """Write an object if there is none; tell whether there was none.

        Raises:
            NoConditionError: it cannot write on a condition; nothing is written.
        """
        ...

    async def write(self, name: str, data: bytes, mime: str) -> None:
        """Write an object, whether there is one or not."""
        ...

    async def write_parts(self, name: str, pieces: AsyncIterator[bytes], mime: str, length: int) -> None:
        """Write a large object whole; where a piece cannot be had, nothing is written."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """Read an object, at most 1 MiB at a time."""
        ...

    async def sign(self, name: str, seconds: int) -> str:
        """Make a URL with which whoever has it can GET an object."""
        ...
