"""Media files of a folder, each looked at once."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from sora2batch.media.facts import MAX_BYTES, MediaFacts
from sora2batch.media.kind import MediaKind
from sora2batch.media.probe import probe


class FileSource(Protocol):
    """A folder whose files can be opened."""

    def open(self, name: str) -> BinaryIO:
        """Open a file by its relative POSIX path."""
        ...


class FileProber:
    """Looks at media files, each one once."""

    def __init__(self, source: FileSource) -> None:
        self._source = source
        self._known: dict[str, MediaFacts] = {}

    def probe(self, name: str, kind: MediaKind | None = None) -> MediaFacts:
        """Tell what a file is."""
        if name not in self._known:
            with self._source.open(name) as stream:
                limit = MAX_BYTES[kind] if kind else max(MAX_BYTES.values())
                self._known[name] = probe(stream, limit=limit)
        return self._known[name]

    def probe_all(self, names: tuple[str, ...]) -> None:
        """Look at several at once."""

    def close(self) -> None:
        """Remember."""


def prober_for(source: FileSource) -> FileProber:
    """Make a prober."""
    return FileProber(source)
