"""Films that were rendered before: the same shot gives the same bytes, so nobody renders it twice."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from sora2batch.catalog.tool import Kind
from sora2batch.simulator.shot import Shot
from sora2batch.typography.fonts import Fonts

_MOST_BYTES = 64 * 2**20


class FilmKey(NamedTuple):
    """All that decides what a film looks like."""

    shot: Shot
    kind: Kind
    fonts: Fonts
    has_picture: bool
    """Whether the picture that it starts from was still to be had."""


class FilmCache:
    """Keeps the films that were wanted last; threads may share it."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._films: OrderedDict[FilmKey, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: FilmKey) -> bytes | None:
        """Find a film; None if it was never made here, or is forgotten."""
        with self._lock:
            if key in self._films:
                self._films.move_to_end(key)
            return self._films.get(key)

    def keep(self, key: FilmKey, film: bytes) -> None:
        """Keep a film, and forget those that nobody has wanted for longest."""
        with self._lock:
            if key in self._films:
                return
            self._films[key] = film
            self._bytes += len(film)
            while self._bytes > self._most_bytes:
                _, forgotten = self._films.popitem(last=False)
                self._bytes -= len(forgotten)


@lru_cache(maxsize=1)
def process_films() -> FilmCache:
    """The films of this process: simulations follow each other in it, as in a notebook."""
    return FilmCache()
