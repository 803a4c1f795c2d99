"""How far a long work has come, as a bar at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from sora2batch.cli.show.console import console_of


@contextmanager
def bar_work(name: str, total: int, *, is_colored: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block lasts; it goes away with it."""
    columns = (
        TextColumn("{task.description:<10}", markup=False),
        BarColumn(bar_width=30, complete_style="cyan"),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    console = console_of(is_colored=is_colored, stderr=True)
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(name, total=total)
        yield lambda more: shown.advance(task, more)
