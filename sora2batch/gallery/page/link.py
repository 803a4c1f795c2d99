"""From the page to clips and to what they were made from: relative URLs that stay inside one folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.path import is_plainly_inside, parts_inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Spells the way from a page to the files of one folder: of the results, or of the manifest."""

    base: tuple[str, ...]
    """The way from the page's folder to that folder, part by part: ``("..", "out")``; may be empty."""
    way: str = field(init=False)
    """The same as the beginning of a URL: ``../out/``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "way", "".join(f"{_quoted(part)}/" for part in self.base))

    @classmethod
    def between(cls, page: Path, folder: Path) -> Links:
        """Find the way from a page, wherever it will lie, to a folder."""
        # Browsers resolve ``..`` by its letters; links to folders are not followed on the way.
        return cls(base=Path(os.path.relpath(folder.absolute(), page.absolute().parent)).parts)

    def to(self, output: Output) -> str | None:
        """Make the URL of a result; None if it was never fetched or its path leads out of the folder."""
        return self.to_path(output.path) if output.path and output.sha256 else None

    def to_path(self, path: str) -> str | None:
        """Make the URL of a file of the folder; None if its path leads out of it.

        Each part is quoted: ``#2`` in a key stays part of a name, and nothing that a lockfile says can become
        a scheme or a host.
        """
        if is_plainly_inside(path) and "#" not in path:  # asked for every job: nothing is to be quoted
            return self.way + path
        parts = parts_inside(path)
        return self.way + "/".join(map(_quoted, parts)) if parts else None


@lru_cache(maxsize=4096)
def _quoted(part: str) -> str:
    return quote(os.fsencode(part), safe="")
