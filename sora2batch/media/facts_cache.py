"""What was found out about files, for the next time: a file in the user's cache folder that can be deleted.

It is never the last word: a file is known by its stamp, and whoever sends one hashes it once more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_cache_path

from sora2batch import __version__
from sora2batch.ground.disk import SystemDisk, replace_file
from sora2batch.ground.plainfile import make_folders, read_plain_file
from sora2batch.media.facts import MediaFacts
from sora2batch.media.sniff import BY_MIME

PLACE_VARIABLE = "SORA2BATCH_CACHE_DIR"
MOST_ENTRIES = 50_000
_MOST_BYTES = 32 << 20
_VERSION = f"1 {__version__}"
"""Another release may see more in the same bytes."""
_SIZES = frozenset({int, type(None)})
_DIGEST = re.compile("[0-9a-f]{64}")


class FactsCache:
    """Facts by the stamps of files; what cannot be read or written counts as empty."""

    def __init__(self, path: Path, most: int = MOST_ENTRIES) -> None:
        self._path = path
        self._most = most
        self._entries = _read(path)
        self._used: dict[str, Any] = {}
        self._has_news = False

    def get(self, key: str) -> MediaFacts | None:
        """Recall the facts of a stamp."""
        entry = self._entries.get(key)
        facts = None if entry is None else _decoded(entry)
        if facts:
            self._used[key] = entry
        return facts

    def put(self, key: str, facts: MediaFacts) -> None:
        """Note the facts of a stamp."""
        self._used[key] = [facts.type.mime, facts.bytes, facts.sha256, facts.width, facts.height]
        self._has_news = True

    def save(self) -> None:
        """Write it, if there is anything new; what has not been used for longest goes first."""
        if not self._has_news:
            return
        self._has_news = False
        unused = [pair for pair in self._entries.items() if pair[0] not in self._used]
        self._entries = dict([*unused, *self._used.items()][-self._most :])
        with suppress(OSError):
            make_folders(self._path.parent)
            content = orjson.dumps({"version": _VERSION, "facts": self._entries})
            replace_file(self._path, content, disk=SystemDisk())


def cache_path(folder: Path, environ: Mapping[str, str]) -> Path | None:
    """Tell where the facts of a folder's files are kept; None where there is no place for them."""
    place = Path(environ.get(PLACE_VARIABLE) or user_cache_path("sora2batch"))
    if not place.is_absolute():  # an account without a home
        return None
    return place / "media" / f"{sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:32]}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        document = orjson.loads(read_plain_file(path))
    except (OSError, ValueError):
        return {}
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        return {}
    entries = document.get("facts")
    return entries if isinstance(entries, dict) else {}


def _decoded(entry: Any) -> MediaFacts | None:  # noqa: ANN401 - as it was read
    try:
        mime, length, digest, width, height = entry
        if (
            type(length) is int
            and _DIGEST.fullmatch(digest)
            and _SIZES.issuperset((type(width), type(height)))
        ):
            return MediaFacts(BY_MIME[mime], length, digest, width, height)
    except (KeyError, TypeError, ValueError):
        pass
    return None
