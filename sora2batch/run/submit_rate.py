"""How many create calls are made in a second."""

from __future__ import annotations

from aiolimiter import AsyncLimiter


def rate_limit(calls_per_second: float | None) -> AsyncLimiter | None:
    """Space calls evenly: one at a time, not a burst at the start of each second."""
    return AsyncLimiter(1, 1 / calls_per_second) if calls_per_second else None
