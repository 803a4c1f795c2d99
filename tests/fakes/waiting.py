"""Waiting for what another process or thread does, without keeping a processor busy meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

_LONGEST_SECONDS = 60.0


def wait_until(is_so: Callable[[], object]) -> None:
    """Look every few milliseconds; what has not come about after a minute will not, however busy the machine."""
    end = time.monotonic() + _LONGEST_SECONDS
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
