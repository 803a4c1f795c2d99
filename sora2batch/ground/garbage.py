"""Python's cyclic garbage collector, asked to wait while many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000
"""Objects that are worth setting aside."""


@contextmanager
def nothing_set_aside() -> Iterator[None]:
    """Set nothing aside for good: in a long life of a process that is not ours, it would add up."""
    before = gc.get_freeze_count()
    try:
        yield
    finally:
        if gc.get_freeze_count() > before:
            gc.unfreeze()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking objects that are no garbage and hold no cycles: now, and later on.

    Where they are few it may look at them later. Whatever is set aside for good takes along garbage of other
    origin, and `status --watch` loads the same small batch again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if gc.get_count()[0] > _MANY:
                gc.freeze()
            gc.enable()
