"""The page on disk."""

from __future__ import annotations

from pathlib import Path

from sora2batch.errors import UsageError
from sora2batch.gallery.file import write_over
from sora2batch.gallery.page.render import GENERATOR

_HEAD_BYTES = 4096


def write_page(path: Path, page: bytes) -> None:
    """Put a page in place of an older one.

    Raises:
        UsageError: something else has this name, or it cannot be written.
    """
    if not _may_be_replaced(path):
        raise UsageError(f"{path} is there already and is no gallery", hint="name another file with -o")
    write_over(path, page)


def _may_be_replaced(path: Path) -> bool:
    """Keep ``-o campaign.yaml`` from costing somebody their manifest."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return not head or GENERATOR.encode() in head
