"""The jobs of a status that somebody should look at, each with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from sora2batch.ground.terminal_width import isolated, width_of
from sora2batch.ground.text import one_line
from sora2batch.lockfile.entry import Attempt, State, reasons_of
from sora2batch.plan.job_status import JobStatus
from sora2batch.plan.outlook import seconds_in_words
from sora2batch.plan.status_category import StatusCategory

_STYLES = {
    StatusCategory.OPEN: "cyan",
    StatusCategory.IN_DOUBT: "yellow",
    StatusCategory.FAILED: "red",
    StatusCategory.REJECTED: "red",
    StatusCategory.NOT_DOWNLOADED: "yellow",
    StatusCategory.TO_LOOK_AT: "magenta",
    StatusCategory.PAID_TWICE: "magenta",
}
_ERROR_ROOM = 400
_NARROW = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLayout:
    """What the notes are written on."""

    width: int
    """Columns."""
    rows: int
    """The most jobs of each category."""
    now: datetime


def notes_of(
    categories: Mapping[StatusCategory, tuple[JobStatus, ...]], layout: NoteLayout
) -> Iterator[Text]:
    """Write a section for each category: a heading, the first jobs, and how many more there are."""
    for category, jobs in categories.items():
        yield Text("")
        yield Text(f"{category.value}: {len(jobs):,}", style=f"bold {_STYLES[category]}")
        yield from _jobs(category, jobs[: layout.rows], layout)
        if (more := len(jobs) - layout.rows) > 0:
            yield Text(f"  … and {more:,} more", style="dim")


def age_of(since: datetime | None, now: datetime) -> str:
    """Say how long ago something was; nothing where that is not known."""
    if since is None:
        return ""
    try:
        seconds = (now - since).total_seconds()
    except OverflowError:
        return ""
    return seconds_in_words(seconds)


def _jobs(category: StatusCategory, jobs: Sequence[JobStatus], layout: NoteLayout) -> Iterator[Text]:
    longest = max(width_of(one.job.key) for one in jobs)
    is_stacked = layout.width < _NARROW or longest > layout.width // 2
    for one in jobs:
        told = _told(category, one, layout.now)
        if is_stacked:
            yield Text(f"  {isolated(one.job.key)}", overflow="fold")
            if told:
                yield _line(f"    {told}", layout)
        else:
            pad = " " * (longest - width_of(one.job.key))
            yield _line(f"  {isolated(one.job.key)}{pad}   {told}", layout)


def _attempt_of(category: StatusCategory, status: JobStatus) -> Attempt:
    """Pick the attempt that is meant: of an open job the one that has not ended."""
    assert status.entry is not None
    if category is StatusCategory.OPEN:
        return next(one for one in status.entry.attempts if one.state is State.SUBMITTED)
    return status.entry.primary


def _told(category: StatusCategory, status: JobStatus, now: datetime) -> str:
    if category is StatusCategory.TO_LOOK_AT:
        return one_line(reasons_of(status.look), _ERROR_ROOM)
    if category is StatusCategory.PAID_TWICE:
        return _tasks_of(status)
    attempt = _attempt_of(category, status)
    age = age_of(attempt.submitted, now)
    words = [f"for {age}"] if age and category in {StatusCategory.OPEN, StatusCategory.IN_DOUBT} else []
    if attempt.task_id:
        words.append(f"task {attempt.task_id}")
    if attempt.error:
        words.append(one_line(attempt.error.message, _ERROR_ROOM))
    return "  ".join(words)


def _tasks_of(status: JobStatus) -> str:
    assert status.entry is not None
    tasks = [f"task {one.task_id}" for one in status.entry.attempts if one.is_paid and one.task_id]
    return f"{status.entry.spent:,} credits  {', '.join(tasks)}"


def _line(words: str, layout: NoteLayout) -> Text:
    line = Text(words.rstrip(), no_wrap=True, overflow="ellipsis")
    line.truncate(layout.width, overflow="ellipsis")
    return line
