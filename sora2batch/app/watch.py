"""A status that follows what happens; it locks nothing for longer than a glance, and writes nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sora2batch.app.result import echo
from sora2batch.app.watcher import BatchWatcher
from sora2batch.ground.clock import Clock
from sora2batch.ground.text import one_line
from sora2batch.plan.overview import words_of

_WORTH_OF_A_LOOK = 4
"""A look that takes long is not taken again before this many times as long has passed."""
_COMPLAINT_ROOM = 300


class Screen(Protocol):
    """Where the watched are shown."""

    def show(self, watched: Sequence[BatchWatcher]) -> None:
        """Show them as they are now."""
        ...


def watch(
    watched: Sequence[BatchWatcher],
    screen: Screen,
    clock: Clock,
    *,
    interval: float,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Show how batches fare until nothing of them is open and nobody runs them.

    Args:
        watched: the batches.
        screen: where they are shown.
        clock: how long a look takes is measured with it.
        interval: seconds between two looks; more where looking itself takes long.
        pause: waits so many seconds.
    """
    screen.show(watched)
    looked = 0.0
    while not all(one.snapshot.is_at_rest for one in watched):
        pause(max(interval, _WORTH_OF_A_LOOK * looked))
        started = clock.monotonic()
        for one in watched:
            one.refresh()
        looked = clock.monotonic() - started
        screen.show(watched)


@contextmanager
def open_screen(clock: Clock, interval: float) -> Iterator[Screen]:
    """Choose a live view at a terminal, a line for every change elsewhere."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        yield LineScreen()
        return
    from sora2batch.cli.show.live import live_screen  # noqa: PLC0415  # rich is for terminals only

    with live_screen(clock, interval) as screen:
        yield screen


class LineScreen:
    """A line for each batch whenever it differs from the last one."""

    def __init__(self) -> None:
        self._told: dict[int, str] = {}

    def show(self, watched: Sequence[BatchWatcher]) -> None:
        """Print what is new."""
        for index, one in enumerate(watched):
            line = line_of(one)
            if self._told.get(index) != line:
                self._told[index] = line
                echo(line)


def line_of(watched: BatchWatcher) -> str:
    """Write how a batch fares in one line."""
    snapshot = watched.snapshot
    money, overview = snapshot.status.money, snapshot.overview
    counts = words_of(overview.total.states, overview.states) or "no jobs"
    parts = [f"{snapshot.status.manifest}: {counts}", f"{money.spent:,} of {money.budget:,} credits"]
    if snapshot.holder:
        parts.append(f"run by {snapshot.holder}")
    parts += [complaint_of(fault) for fault in watched.complaints]
    return "; ".join(parts)


def complaint_of(fault: str) -> str:
    """Say that the view is an old one, and why."""
    return f"shown as it was before: {one_line(fault, _COMPLAINT_ROOM)}"
