"""The job of an attempt, as far as those must know it who tell of it."""

from __future__ import annotations

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Entry


def job_of(entry: Entry) -> Job:
    """Make a job of what a line tells; it knows no axes and has no name for its file."""
    return Job(
        key=entry.key,
        group=entry.key.partition("/")[0],
        labels=(),
        tool_type=entry.tool_type,
        take=entry.take,
        input=entry.input,
        fingerprint=entry.fingerprint,
        credits=entry.primary.credits,
        filename="",
        needs=entry.needs,
    )
