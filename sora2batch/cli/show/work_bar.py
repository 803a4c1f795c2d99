"""How far a long work has come, as a bar at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from sora2batch.app.output.output import Printer


@contextmanager
def bar_work(name: str, total: int, printer: Printer) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block lasts; it goes away with it."""
    del printer
    columns = (
        TextColumn("{task.description:<10}", markup=False),
        BarColumn(bar_width=30, complete_style="cyan"),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as shown:
        task = shown.add_task(name, total=total)
        yield lambda more: shown.advance(task, more)
