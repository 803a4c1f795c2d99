"""A few jobs by name, where there may be thousands."""

from __future__ import annotations

from collections.abc import Iterable

from sora2batch.ground.terminal_width import isolated

_SHOWN = 5


def first_keys(keys: Iterable[str]) -> str:
    """Write ``hero/fox, hero/owl, and 12 more``."""
    names = [isolated(key) for key in keys]
    shown, rest = names[:_SHOWN], len(names) - _SHOWN
    return ", ".join([*shown, f"and {rest:,} more"] if rest > 0 else shown)
