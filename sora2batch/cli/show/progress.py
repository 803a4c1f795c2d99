"""A run's events in words, and as calm lines where there is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import assert_never

from sora2batch.app.output.output import Printer
from sora2batch.app.tracking.run_progress import RunProgress
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import one_line
from sora2batch.lockfile.entry import reasons_of
from sora2batch.run import event
from sora2batch.run.event import Event, Listener

_SECONDS_BETWEEN_LINES = 10.0
"""Where something happens."""
_LONGEST_SILENCE = 30.0
"""Seconds after which it is said that the run goes on, although nothing has happened."""
_REASON_ROOM = 200


def describe(happened: Event) -> str | None:
    """Word what a person should hear of at once; None for mere progress."""
    match happened:
        case event.Rejected(job=job, message=message):
            return f"rejected: {isolated(job.key)}: {message} (not charged)"
        case event.InDoubt(job=job, message=message):
            return f"in doubt: {isolated(job.key)}: {message}; it may have been charged and is not sent again"
        case event.Deferred(job=job, message=message, is_news=is_news):
            return f"postponed: {isolated(job.key)}: {message}" if is_news else None
        case event.Paused(seconds=seconds, message=message):
            return f"pausing {seconds:.1f} s: {message}"
        case event.Failed(job=job, message=message) | event.NotDownloaded(job=job, message=message):
            what = "failed" if isinstance(happened, event.Failed) else "not downloaded"
            return f"{what}: {isolated(job.key)}: {message}"
        case event.TimedOut(job=job, task_id=task_id):
            return f"overdue: {isolated(job.key)}: task {task_id} goes on; the next run asks again"
        case event.Looked(job=job, look=look) if look:
            return f"look at {isolated(job.key)}: {reasons_of(look)}"
        case event.Unsaved(job=job, task_id=task_id):
            return f"WRITE THIS DOWN: {isolated(job.key)} is task {task_id}; the disk did not take it"
        case event.Warned(message=message):
            return f"warning: {message}"
        case event.Stopped(message=message):
            return f"no more jobs are submitted: {message}"
        case (
            event.Uploaded()
            | event.Ready()
            | event.Submitted()
            | event.Generated()
            | event.Downloaded()
            | event.Stored()
            | event.NotStored()
            | event.Looked()
            | event.NotLooked()
            | event.Spent()
            | event.Ticked()
        ):
            return None
        case _:
            assert_never(happened)


def is_mishap(happened: Event) -> bool:
    """Tell whether something went wrong with a job, which is said with -q, too."""
    return isinstance(
        happened,
        event.Rejected
        | event.InDoubt
        | event.Deferred
        | event.Failed
        | event.TimedOut
        | event.NotDownloaded
        | event.Unsaved
        | event.Warned,
    )


def detail(happened: Event) -> str | None:
    """Word mere progress, for -v."""
    match happened:
        case event.Deferred(job=job, message=message, is_news=is_news):
            return None if is_news else f"postponed: {isolated(job.key)}: {message}"
        case event.Uploaded(file=file, bytes=length, is_new=is_new):
            return f"{'uploaded' if is_new else 'in the store'}: {isolated(file)}: {length:,} bytes"
        case event.Ready(job=job):
            return f"ready: {isolated(job.key)}: {', '.join(map(isolated, job.needs))} in place"
        case event.Submitted(job=job, task_id=task_id):
            return f"submitted: {isolated(job.key)}: task {task_id}"
        case event.Generated(job=job):
            return f"generated: {isolated(job.key)}"
        case event.Downloaded(job=job, paths=paths):
            return f"downloaded: {isolated(job.key)}: {', '.join(paths)}"
        case event.Stored(job=job):
            return f"stored: {isolated(job.key)}"
        case event.NotStored(job=job, message=message):
            return f"not stored: {isolated(job.key)}: {message}"
        case event.Looked(job=job, look=look):
            return None if look else f"nothing to look at: {isolated(job.key)}"
        case event.NotLooked(job=job, message=message):
            return f"not checked: {isolated(job.key)}: {one_line(message, _REASON_ROOM)}"
        case (
            event.Spent()
            | event.Ticked()
            | event.Rejected()
            | event.InDoubt()
            | event.Paused()
            | event.Failed()
            | event.TimedOut()
            | event.NotDownloaded()
            | event.Unsaved()
            | event.Warned()
            | event.Stopped()
        ):
            return None  # ``describe`` words it, or it is a number
        case _:
            assert_never(happened)


@contextmanager
def noting(opening: AbstractContextManager[Listener], note: Callable[[str], None]) -> Iterator[Listener]:
    """Note down what happens in words, too."""
    with opening as listener:

        def hear(happened: Event, /) -> None:
            if message := describe(happened) or detail(happened):
                note(message)
            listener(happened)

        yield hear


@contextmanager
def line_progress(run_progress: RunProgress, printer: Printer) -> Iterator[Listener]:
    """Tell how far a run has come in a line now and then; whoever wants quiet is told mishaps alone."""
    lines = _Lines(run_progress, printer, told_at=run_progress.clock.monotonic())
    yield lines
    if lines.is_news:
        lines.say_counts()


@dataclass(slots=True)
class _Lines:
    """A line now and then, and one for whatever went wrong."""

    run_progress: RunProgress
    printer: Printer
    told_at: float
    """Seconds of the clock at which counts, or that there are none, were last told."""
    told: str = ""

    @property
    def is_news(self) -> bool:
        """Tell whether the run has come farther than was told."""
        return self.run_progress.line != self.told

    def say_counts(self) -> None:
        """Tell how far the run has come, and how long it still takes."""
        self.told, self.told_at = self.run_progress.line, self.run_progress.clock.monotonic()
        forecast = self.run_progress.forecast
        self.printer.info(f"{self.told}; {forecast.words}" if forecast else self.told)

    def __call__(self, happened: Event, /) -> None:
        self.run_progress.hear(happened)
        if message := describe(happened):
            (self.printer.error if is_mishap(happened) else self.printer.info)(message)
        elif message := detail(happened):
            self.printer.debug(message)
        silence = self.run_progress.clock.monotonic() - self.told_at
        if silence >= (_SECONDS_BETWEEN_LINES if self.is_news else _LONGEST_SILENCE):
            self.say_counts()
