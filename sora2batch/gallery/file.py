"""The page on disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sora2batch.errors import UsageError
from sora2batch.gallery.page import GENERATOR

_HEAD_BYTES = 4096


def write_page(path: Path, page: bytes) -> None:
    """Put a page in place of an older one, whole or not at all.

    Raises:
        UsageError: something else has this name, or it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        _refuse_other_files(path)
        temporary.write_bytes(page)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _refuse_other_files(path: Path) -> None:
    """Keep ``-o campaign.yaml`` from costing somebody their manifest."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if GENERATOR.encode() not in head:
        raise UsageError(f"{path} is there already and is no gallery", hint="name another file with -o")
