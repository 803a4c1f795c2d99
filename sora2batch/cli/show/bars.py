"""Progress bars at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
)
from rich.text import Text

from sora2batch.app.output.output import Printer
from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.cli.show.console import console_of
from sora2batch.cli.show.leading_word import mark_of
from sora2batch.cli.show.progress import describe, detail
from sora2batch.ground.terminal_width import without_controls
from sora2batch.run.event import Event, Listener


@contextmanager
def bar_progress(run_progress: RunProgress, printer: Printer, *, is_colored: bool) -> Iterator[Listener]:
    """Show how far a run has come; messages scroll above the bars."""
    with _bars(run_progress, is_colored=is_colored) as (update, say):
        yield _Bars(run_progress, printer, update, say)


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars that grow; messages scroll above them."""

    run_progress: RunProgress
    printer: Printer
    update: Callable[[], None]
    say: Callable[[str], None]

    def __call__(self, happened: Event, /) -> None:
        self.run_progress.hear(happened)
        message = describe(happened) or (detail(happened) if self.printer.level >= 1 else None)
        if message:
            self.say(message)
        self.update()


@contextmanager
def _bars(
    run_progress: RunProgress, *, is_colored: bool
) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """Show a bar for each stage, and the credits; yield how to redraw them and how to print above them."""
    with _TimedProgress(*_columns(), console=console_of(is_colored=is_colored, stderr=True)) as shown:
        tasks = [
            shown.add_task(name, total=total, note="", visible=False)
            for name, _, total, _ in _rows(run_progress)
        ]

        def update() -> None:
            for task, (_, done, total, note) in zip(tasks, _rows(run_progress), strict=True):
                shown.update(task, completed=done, total=total, note=note, visible=total > 0 or note != "")
            shown.time = run_progress.forecast.words if run_progress.forecast else ""

        update()
        yield update, lambda message: shown.console.print(_marked(message), soft_wrap=True)


def _marked(message: str) -> Text:
    """Set the first word in its colour, as it has one in other lines; nothing is read as markup."""
    text = Text(without_controls(message))
    if mark := mark_of(text.plain):
        text.stylize(mark.color, mark.start, mark.end)
    return text


class _TimedProgress(Progress):
    """Bars, and a line below them about time; rich draws in a thread of its own and gets a finished text."""

    time = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if self.time:
            yield Text(self.time, style="dim", no_wrap=True, overflow="ellipsis")


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=30, complete_style="cyan"),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )


def _rows(now: RunProgress) -> tuple[tuple[str, int, int, str], ...]:
    """Tell of each stage its name, how much is done, of how much, and what stands behind its bar."""
    money = now.money if now.to_submit else ""
    # Without a store, as in a trial, nothing is uploaded, whatever there is to send.
    files = max(now.ready, now.to_upload) if now.ready else 0
    return (
        ("uploaded", now.ready, files, ""),
        ("submitted", now.submitted, now.expected_to_submit, money),
        ("generated", now.generated, now.expected_to_generate, ""),
        ("downloaded", now.downloaded, now.expected_to_download, ""),
        ("stored", now.stored, now.expected_to_store, ""),
    )
