"""The manifests that may be meant, and the folders on the way to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from sora2batch.app.batch.discover import is_manifest
from sora2batch.app.batch.layout import MANIFEST_ENDINGS
from sora2batch.app.candidates.candidate import Candidate

_MOST_FILES = 1000
_LARGEST_MANIFEST = 1024 * 1024
"""Bytes; a larger file is proposed without being looked into."""


def manifests(begun: str) -> Iterator[Candidate]:
    """Find manifests, and the folders on the way to some."""
    head, tail = os.path.split(begun)
    with suppress(OSError), os.scandir(head or ".") as entries:
        for entry in sorted(islice(entries, _MOST_FILES), key=lambda one: one.name):
            if not entry.name.startswith(tail) or (entry.name.startswith(".") and not tail):
                continue
            path = os.path.join(head, entry.name)  # noqa: PTH118  # as it is typed: ./a stays ./a
            if entry.is_dir():
                yield Candidate(f"{path}/")
            elif entry.name.endswith(MANIFEST_ENDINGS) and _may_be_manifest(Path(path)):
                yield Candidate(path)


def _may_be_manifest(path: Path) -> bool:
    try:
        return path.stat().st_size > _LARGEST_MANIFEST or is_manifest(path)
    except OSError:
        return False
