"""What the server shows, as a port: it knows HTTP, and whoever stands behind this knows the batch."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol


class SaveAnswer(NamedTuple):
    """What became of marks that a page has sent."""

    is_saved: bool
    words: str
    """Where they are now, or why they are not saved; for the person at the page."""


class GallerySource(Protocol):
    """A batch as a gallery. Every method may take its time and is called in a thread, but for ``file_of``."""

    def page(self) -> bytes:
        """Write the page as it is now."""
        ...

    def look(self) -> None:
        """Look whether anything has changed."""
        ...

    def changes(self, version: int, edition: str) -> bytes:
        """Write what is new for a page of that version, for its script."""
        ...

    def save(self, body: bytes) -> SaveAnswer:
        """Keep the marks that a page has sent."""
        ...

    def file_of(self, href: str) -> Path | None:
        """Find the file that the page links to in just these letters; None if it links to no such file."""
        ...
