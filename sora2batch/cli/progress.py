"""A run's events as bars at a terminal, as calm lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sora2batch.cli.chatter import Chatter
from sora2batch.plan.model import Action, Plan
from sora2batch.run import event
from sora2batch.run.event import Event, Listener
from sora2batch.run.execute import Stages

_SECONDS_BETWEEN_LINES = 10.0


@dataclass(slots=True)
class Tally:
    """How far a run has come."""

    to_submit: int
    to_generate: int
    to_download: int
    budget: int
    spent: int
    submitted: int = 0
    generated: int = 0
    downloaded: int = 0
    lost: int = 0
    """Jobs that will not be generated in this run: rejected, in doubt, postponed."""
    failed: int = 0
    missing: int = 0

    def count(self, happened: Event) -> None:
        """Take an event into account."""
        match happened:
            case event.Submitted():
                self.submitted += 1
            case event.Rejected() | event.Doubted() | event.Postponed():
                self.submitted += 1
                self.lost += 1
            case event.Generated():
                self.generated += 1
            case event.Failed() | event.Overdue():
                self.generated += 1
                self.failed += 1
            case event.Downloaded():
                self.downloaded += 1
            case event.NotDownloaded():
                self.downloaded += 1
                self.missing += 1
            case event.Spent(charged=charged):
                self.spent = charged
            case _:
                pass

    @property
    def expected_to_generate(self) -> int:
        """Tasks that this run will see to their end, as far as one can tell now."""
        return self.to_generate - self.lost

    @property
    def expected_to_download(self) -> int:
        """Results that this run will fetch, as far as one can tell now."""
        return max(0, self.to_download - self.lost - self.failed)

    @property
    def line(self) -> str:
        """The tally in a line."""
        return (
            f"{self.submitted}/{self.to_submit} submitted, "
            f"{self.generated}/{self.expected_to_generate} generated, "
            f"{self.downloaded}/{self.expected_to_download} downloaded; "
            f"{self.spent:,} of {self.budget:,} credits"
        )


def tally_of(plan: Plan, stages: Stages) -> Tally:
    """Start counting for a plan."""
    counts = plan.counts
    submit = counts[Action.SUBMIT] if Stages.SUBMIT in stages else 0
    generate = submit + counts[Action.RESUME] if Stages.WAIT in stages else 0
    download = generate + counts[Action.DOWNLOAD] if Stages.DOWNLOAD in stages else 0
    return Tally(
        to_submit=submit,
        to_generate=generate,
        to_download=download,
        budget=plan.money.budget,
        spent=plan.money.spent,
    )


def describe(happened: Event) -> str | None:
    """Word what a person should hear of at once; None for mere progress."""
    match happened:
        case event.Rejected(job=job, message=message):
            return f"rejected: {job.key}: {message} (not charged)"
        case event.Doubted(job=job, message=message):
            return f"in doubt: {job.key}: {message}; it may have been charged and is not sent again"
        case event.Postponed(job=job, message=message):
            return f"postponed: {job.key}: {message}"
        case event.Paused(seconds=seconds, message=message):
            return f"pausing {seconds:.1f} s: {message}"
        case event.Failed(job=job, message=message):
            return f"failed: {job.key}: {message}"
        case event.Overdue(job=job, task_id=task_id):
            return f"overdue: {job.key}: task {task_id} goes on; the next run asks again"
        case event.NotDownloaded(job=job, message=message):
            return f"not downloaded: {job.key}: {message}"
        case event.Unsaved(job=job, task_id=task_id):
            return f"WRITE THIS DOWN: {job.key} is task {task_id}; the disk did not take it"
        case event.Warned(message=message):
            return f"warning: {message}"
        case event.Halted(message=message):
            return f"no more jobs are submitted: {message}"
        case _:
            return None


def detail(happened: Event) -> str | None:
    """Word mere progress, for -v."""
    match happened:
        case event.Submitted(job=job, task_id=task_id):
            return f"submitted: {job.key}: task {task_id}"
        case event.Generated(job=job):
            return f"generated: {job.key}"
        case event.Downloaded(job=job, paths=paths):
            return f"downloaded: {job.key}: {', '.join(paths)}"
        case _:
            return None


@contextmanager
def progress(plan: Plan, stages: Stages, chatter: Chatter) -> Iterator[Listener]:
    """Show a run's progress on standard error, in the way that suits it."""
    tally = tally_of(plan, stages)
    if chatter.level < 0:
        yield _Lines(tally, chatter, period=None)
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from sora2batch.cli.bars import bars  # noqa: PLC0415  # rich is for terminals only

        with bars(tally) as (update, say):
            yield _Bars(tally, chatter, update, say)
    else:
        lines = _Lines(tally, chatter, period=_SECONDS_BETWEEN_LINES)
        yield lines
        lines.say_tally()


@dataclass(slots=True)
class _Lines:
    """A line now and then, and one for whatever went wrong."""

    tally: Tally
    chatter: Chatter
    period: float | None
    """Seconds between tallies; None for none at all."""
    told_at: float = field(default_factory=time.monotonic)
    told: str = ""

    def say_tally(self) -> None:
        """Tell how far the run has come, unless that was told just now."""
        if self.tally.line != self.told:
            self.told = self.tally.line
            self.chatter.say(self.told)

    def __call__(self, happened: Event, /) -> None:
        self.tally.count(happened)
        if message := describe(happened):
            self.chatter.say(message)
        elif message := detail(happened):
            self.chatter.detail(message)
        if self.period and time.monotonic() - self.told_at >= self.period:
            self.told_at = time.monotonic()
            self.say_tally()


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars that grow; messages scroll above them."""

    tally: Tally
    chatter: Chatter
    update: Callable[[], None]
    say: Callable[[str], None]

    def __call__(self, happened: Event, /) -> None:
        self.tally.count(happened)
        message = describe(happened) or (detail(happened) if self.chatter.level >= 1 else None)
        if message:
            self.say(message)
        self.update()
