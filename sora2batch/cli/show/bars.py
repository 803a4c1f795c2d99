"""Progress bars at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sora2batch.app.execution.run_progress import RunProgress, progress_of
from sora2batch.app.output.output import Printer
from sora2batch.cli.show.progress import describe, detail
from sora2batch.ground.cells import without_controls
from sora2batch.plan.action import Plan
from sora2batch.run.event import Event, Listener
from sora2batch.run.stages import Stages


@contextmanager
def bar_progress(plan: Plan, stages: Stages, printer: Printer) -> Iterator[Listener]:
    """Show how far a run has come; messages scroll above the bars."""
    run_progress = progress_of(plan, stages)
    with _bars(run_progress) as (update, say):
        yield _Bars(run_progress, printer, update, say)


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars that grow; messages scroll above them."""

    run_progress: RunProgress
    printer: Printer
    update: Callable[[], None]
    say: Callable[[str], None]

    def __call__(self, happened: Event, /) -> None:
        self.run_progress.count(happened)
        message = describe(happened) or (detail(happened) if self.printer.level >= 1 else None)
        if message:
            self.say(message)
        self.update()


@contextmanager
def _bars(run_progress: RunProgress) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """Show a bar for each stage, and the credits; yield how to redraw them and how to print above them."""
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=30, complete_style="cyan"),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as shown:
        submit = shown.add_task("submitted", total=run_progress.to_submit, note="", visible=False)
        generate = shown.add_task(
            "generated", total=run_progress.expected_to_generate, note="", visible=False
        )
        download = shown.add_task(
            "downloaded", total=run_progress.expected_to_download, note="", visible=False
        )

        def update() -> None:
            money = f"{run_progress.spent:,} of {run_progress.budget:,} credits"
            total = run_progress.expected_to_submit
            shown.update(
                submit,
                completed=run_progress.submitted,
                total=total,
                note=money,
                visible=run_progress.to_submit > 0,
            )
            total = run_progress.expected_to_generate
            shown.update(generate, completed=run_progress.generated, total=total, visible=total > 0)
            total = run_progress.expected_to_download
            shown.update(download, completed=run_progress.downloaded, total=total, visible=total > 0)

        update()
        yield update, lambda message: shown.console.print(escape(without_controls(message)), soft_wrap=True)
