"""The jobs that a person looks for in a status: those under way and those that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import JobStatus, Status


class Concern(StrEnum):
    """Why somebody may want to look at a job."""

    OPEN = "open"
    """A task of it has not ended."""
    IN_DOUBT = "in doubt"
    FAILED = "failed"
    REJECTED = "rejected"
    NOT_DOWNLOADED = "done but not downloaded"


_OF_STATE = {
    State.IN_DOUBT: Concern.IN_DOUBT,
    State.FAILED: Concern.FAILED,
    State.REJECTED: Concern.REJECTED,
}


def concerns_of(status: Status) -> Mapping[Concern, tuple[JobStatus, ...]]:
    """Pick the jobs that concern somebody, each once, in the manifest's order.

    *Shape*: in the order of ``Concern``; one that no job gives is no key.
    """
    found: dict[Concern, list[JobStatus]] = {concern: [] for concern in Concern}
    for one in status.jobs:
        if (concern := _concern_of(one)) is not None:
            found[concern].append(one)
    return {concern: tuple(jobs) for concern, jobs in found.items() if jobs}


def _concern_of(status: JobStatus) -> Concern | None:
    if status.entry is None:
        return None
    if status.is_open:
        return Concern.OPEN
    return Concern.NOT_DOWNLOADED if status.lacks_file else _OF_STATE.get(status.entry.state)
