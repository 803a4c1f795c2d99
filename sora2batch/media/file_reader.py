"""Media files read and hashed, several at once where there are many."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.media.facts import MediaError, MediaFacts
from sora2batch.media.file_source import FileSource, Look, Now, look_at
from sora2batch.media.kind import MediaKind
from sora2batch.media.probe import probe

_THREADS = min(4, os.cpu_count() or 1)
"""While one is hashed another is read: hashing lets go of the interpreter."""


class FileReader:
    """Reads the files of one source; only what is opened already is left to threads."""

    def __init__(self, source: FileSource, now: Now) -> None:
        self._source = source
        self._now = now

    def read(self, name: str, kind: MediaKind | None, look: Look) -> tuple[MediaFacts, Look]:
        """Read a file that stood still meanwhile, with the look at it from before.

        Raises:
            MediaError: it cannot be an input, or is written all the time.
            Sora2BatchError: it cannot be read.
        """
        facts = self._read_once(name, kind, look)
        if facts is None:
            look = look_at(self._source, name, self._now)
            facts = self._read_once(name, kind, look)
        if facts is None:
            raise MediaError("is being written just now", hint="try again when it is all there")
        return facts, look

    def read_many(self, looks: Mapping[str, Look]) -> Iterator[tuple[str, MediaFacts]]:
        """Read files side by side; those that are no good, or did not stand still, are left out."""
        running: deque[tuple[str, Future[MediaFacts]]] = deque()
        with ThreadPoolExecutor(_THREADS) as pool:
            for name in looks:
                try:
                    stream = self._source.open(name)
                except Sora2BatchError:
                    continue
                running.append((name, pool.submit(_probe_and_close, stream)))
                if len(running) > _THREADS:
                    yield from self._sound(running.popleft(), looks)
            while running:
                yield from self._sound(running.popleft(), looks)

    def _read_once(self, name: str, kind: MediaKind | None, look: Look) -> MediaFacts | None:
        """Read a file; None if it did not stand still."""
        try:
            with self._source.open(name) as stream:
                facts = probe(stream, kind=kind)
        except MediaError:
            if self._stands_still(name, look):
                raise
            return None
        return facts if self._stands_still(name, look) else None

    def _sound(
        self, reading: tuple[str, Future[MediaFacts]], looks: Mapping[str, Look]
    ) -> Iterator[tuple[str, MediaFacts]]:
        name, future = reading
        try:
            facts = future.result()
            if self._stands_still(name, looks[name]):
                yield name, facts
        except (MediaError, Sora2BatchError, OSError):
            return

    def _stands_still(self, name: str, look: Look) -> bool:
        return self._source.stamp(name).key == look.stamp.key


def _probe_and_close(stream: BinaryIO) -> MediaFacts:
    with stream:
        return probe(stream)
