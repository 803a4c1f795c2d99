"""Python's cyclic garbage collector, asked to wait while many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000
"""Objects that are worth setting aside."""
SET_ASIDE: list[int] = []
"""How many objects were set aside, time by time; Python itself would have to count them."""
_KEPT: list[object] = []


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
                SET_ASIDE.append(gc.get_count()[0])
                gc.freeze()
            gc.enable()


def keep_to_the_end(large: object) -> None:
    """Keep what a command has made for as long as its process lasts, which is not long.

    To take a gallery of a hundred thousand cards apart, object by object, costs a fifth of a second.
    """
    _KEPT.append(large)
