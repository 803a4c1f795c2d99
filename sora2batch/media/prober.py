"""Media files of a folder, each looked at once, and read only if it is not known from before."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.media.facts import MediaFacts
from sora2batch.media.facts_cache import FactsCache, cache_path
from sora2batch.media.file_source import FileSource, Look, Now, look_at
from sora2batch.media.kind import MediaKind

if TYPE_CHECKING:
    from sora2batch.media.file_reader import FileReader


class FileProber:
    """Looks at media files, for one thread."""

    def __init__(self, source: FileSource, cache: FactsCache | None = None, now: Now = time.time_ns) -> None:
        self._source = source
        self._now = now
        self._cache = cache
        self._known: dict[str, MediaFacts] = {}

    def probe(self, name: str, kind: MediaKind | None = None) -> MediaFacts:
        """Tell what a file is; of one that a field of *kind* does not take no more than its head is read.

        What is known already is told whatever the kind: whoever asks checks that.

        Raises:
            MediaError: it cannot be an input.
            Sora2BatchError: it is not there, or must not be read.
        """
        facts = self._known.get(name)
        if facts is None:
            look = look_at(self._source, name, self._now)
            facts = self._recalled(name, look)
            if facts is None:
                facts, look = self._reader.read(name, kind, look)
                self._note(name, facts, look)
        return facts

    def probe_all(self, names: Iterable[str]) -> None:
        """Look at several at once; what is wrong with one of them is told when it is asked for."""
        looks = {}
        for name in names:
            try:
                look = look_at(self._source, name, self._now)
            except Sora2BatchError:
                continue
            if name not in self._known and self._recalled(name, look) is None:
                looks[name] = look
        if looks:
            for name, facts in self._reader.read_many(looks):
                self._note(name, facts, looks[name])

    def close(self) -> None:
        """Remember for the next time what was found out."""
        if self._cache:
            self._cache.save()

    def _recalled(self, name: str, look: Look) -> MediaFacts | None:
        facts = self._cache.get(look.stamp.key) if self._cache else None
        if facts:
            self._known[name] = facts
        return facts

    def _note(self, name: str, facts: MediaFacts, look: Look) -> None:
        self._known[name] = facts
        if self._cache and look.is_settled:
            self._cache.put(look.stamp.key, facts)

    @cached_property
    def _reader(self) -> FileReader:
        from sora2batch.media.file_reader import FileReader  # noqa: PLC0415  # most files are known

        return FileReader(self._source, self._now)


def prober_for(source: FileSource) -> FileProber:
    """Make a prober that remembers what it finds out, if the source has a place."""
    # Windows tells when a file was made, not when it was changed: there, a time can be set back unseen.
    path = cache_path(source.place, os.environ) if source.place and sys.platform != "win32" else None
    return FileProber(source, FactsCache(path) if path else None)
