"""An object that is named by its content."""

from __future__ import annotations

from typing import NamedTuple


class ContentObject(NamedTuple):
    """What is to be in the store, told before a byte of it is sent."""

    sha256: str
    """64 hex digits."""
    suffix: str
    """``.jpg``: what the bytes are, whatever the file's name says."""
    bytes: int
    mime: str
    """Which the store tells whoever fetches it."""

    @property
    def name(self) -> str:
        """Its name below the store's prefix: ``sha256/AB/HEX.jpg``."""
        return f"sha256/{self.sha256[:2]}/{self.sha256}{self.suffix}"
