"""A live view at a terminal, drawn over itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from sora2batch.app.batch.snapshot import BatchSnapshot
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.cli.show.board import board
from sora2batch.cli.show.console import console_of
from sora2batch.ground.clock import Clock


@contextmanager
def live_screen(clock: Clock, interval: float, *, is_colored: bool) -> Iterator[LiveScreen]:
    """Hide the cursor and draw until the block ends; the last view stays on the terminal."""
    console = console_of(is_colored=is_colored)
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        yield LiveScreen(console, live, clock, interval)


def print_boards(snapshots: Sequence[BatchSnapshot], now: datetime, *, is_colored: bool) -> None:
    """Print statuses one below the other."""
    console = console_of(is_colored=is_colored)
    for index, snapshot in enumerate(snapshots):
        if index:
            console.print()
        console.print(board(snapshot, console, now))


class LiveScreen:
    """Draws boards over the last ones."""

    def __init__(self, console: Console, live: Live, clock: Clock, interval: float) -> None:
        self._console = console
        self._live = live
        self._clock = clock
        self._interval = interval

    def show(self, watchers: Sequence[BatchWatcher]) -> None:
        """Draw them as they are now; how long tasks are open changes all the time."""
        self._live.update(Group(*self._parts(watchers)), refresh=True)

    def _parts(self, watchers: Sequence[BatchWatcher]) -> Iterator[RenderableType]:
        height = (self._console.height - 2) // len(watchers)
        for one in watchers:
            yield board(one.snapshot, self._console, self._clock.now(), height=height)
            for line in one.complaint_lines:
                yield Text(line, style="yellow")
        if not all(one.snapshot.is_at_rest for one in watchers):
            yield Text(f"looking every {self._interval:g} s; Ctrl-C ends", style="dim")
