"""Files that are made anew each time: put in place whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sora2batch.errors import UsageError


def write_over(path: Path, data: bytes) -> None:
    """Put a file in place of what has its name; whoever calls knows that it may.

    Raises:
        UsageError: it cannot be written; what was there is there still.
    """
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
