"""The page on disk."""

from __future__ import annotations

from pathlib import Path

from sora2batch.gallery.page.html import GENERATOR
from sora2batch.ground.output_file import Replaceable, write_over

_HEAD_BYTES = 4096


def write_page(path: Path, page: bytes) -> None:
    """Put a page in place of an older one.

    Raises:
        UsageError: something else has this name, or it cannot be written.
    """
    write_over(path, page, GALLERY)


def _is_gallery(path: Path) -> bool:
    """Keep ``-o campaign.yaml`` from costing somebody their manifest."""
    with path.open("rb") as stream:
        return GENERATOR.encode() in stream.read(_HEAD_BYTES)


GALLERY = Replaceable(
    noun="gallery", is_one=_is_gallery, hint="name another file with -o; -o - is standard output"
)
"""Only galleries are written over."""
