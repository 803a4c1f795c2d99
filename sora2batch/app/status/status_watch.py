"""A status that follows what happens; it locks nothing for longer than a glance, and writes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.remaining import time_in_words
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.app.output.output import Display, Printer, Screen
from sora2batch.ground.clock import Clock, SystemClock
from sora2batch.ground.credit_price import money_beside
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.stop_reason import StopReason
from sora2batch.plan.overview import words_of

_SYSTEM_CLOCK = SystemClock()
_WORTH_OF_A_LOOK = 4
"""A look that takes long is not taken again before this many times as long has passed."""


def watch_statuses(
    printer: Display,
    *,
    manifests: Sequence[Path],
    interval: float,
    simulated: bool,
    tools_dirs: Sequence[Path],
) -> ExitCode:
    """Show what is known of every job, and again whenever it changes; Ctrl-C ends it.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read to begin with.
    """
    clock = SystemClock()
    loader = loader_for(tools_dirs, simulated=simulated)
    watched = [BatchWatcher(batch, loader) for batch in loader.load_all(manifests)]
    try:
        with _open_screen(printer, clock, interval) as screen:
            watch(watched, screen, clock, interval=interval)
    except KeyboardInterrupt:
        return StopReason.INTERRUPT.exit_code
    return ExitCode.DONE


def _open_screen(printer: Display, clock: Clock, interval: float) -> AbstractContextManager[Screen]:
    """Choose a live view at a terminal, a line for every change elsewhere."""
    return printer.screen(clock, interval) if printer.can_redraw else nullcontext(LineScreen(printer, clock))


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


class LineScreen:
    """A line for each batch whenever it differs from the last one; mere time makes no new line."""

    def __init__(self, printer: Printer, clock: Clock = _SYSTEM_CLOCK) -> None:
        self._printer = printer
        self._clock = clock
        self._told: dict[int, str] = {}

    def show(self, watched: Sequence[BatchWatcher]) -> None:
        """Print what is new."""
        for index, one in enumerate(watched):
            line = line_of(one)
            if self._told.get(index) != line:
                self._told[index] = line
                told = time_in_words(one.snapshot, self._clock.now())
                self._printer.output(f"{line}; {told}" if told else line)


def line_of(watched: BatchWatcher) -> str:
    """Write how a batch fares in one line."""
    snapshot = watched.snapshot
    money, overview = snapshot.status.money, snapshot.overview
    counts = words_of(overview.total.states, overview.states) or "no jobs"
    parts = [
        f"{snapshot.status.manifest}: {counts}",
        f"{money.spent:,} of {money.budget:,} credits{money_beside(money.spent, snapshot.credit_price)}",
    ]
    if snapshot.holder:
        parts.append(f"run by {snapshot.holder}")
    parts += watched.complaint_lines
    return "; ".join(parts)
