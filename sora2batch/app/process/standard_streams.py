"""Standard streams that are closed (``<&-``, ``>&-``, ``2>&-``): opened onto nothing before any file is.

A descriptor that is free is given to the next file that is opened. Without this a journal could become
standard error, and a message be written into it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def open_closed_streams() -> None:
    """Open the null device on each standard descriptor that is closed. For the first lines of a program."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with suppress(OSError):
                # Those below it are taken, so it becomes this one.
                os.open(os.devnull, os.O_WRONLY if descriptor else os.O_RDONLY)
    # Python has none for a descriptor that was closed when it began.
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
