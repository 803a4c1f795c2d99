"""How far a long work has come, in a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sora2batch.app.output.output import Printer

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def line_work(name: str, total: int, printer: Printer) -> Iterator[Callable[[int], None]]:
    """Tell how much is done every ten seconds; what takes less is not talked about."""
    done, told_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, told_at
        done += more
        if time.monotonic() - told_at >= _SECONDS_BETWEEN_LINES:
            told_at = time.monotonic()
            printer.info(f"{name}: {100 * done // max(1, total)} %")

    yield advance
