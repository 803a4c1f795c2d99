"""The jobs that a person looks for in a status: those under way and those that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import JobStatus, Status


class StatusCategory(StrEnum):
    """Why somebody may want to look at a job."""

    OPEN = "open"
    """A task of it has not ended."""
    IN_DOUBT = "in doubt"
    FAILED = "failed"
    REJECTED = "rejected"
    NOT_DOWNLOADED = "done but not downloaded"
    TO_LOOK_AT = "to look at"
    """A check saw something in a file of it."""
    PAID_TWICE = "paid more than once"


def by_category(status: Status) -> Mapping[StatusCategory, tuple[JobStatus, ...]]:
    """Pick the jobs that concern somebody, each once, in the manifest's order; what was paid twice once more.

    *Shape*: in the order of ``StatusCategory``; one that no job gives is no key.
    """
    found: dict[StatusCategory, list[JobStatus]] = {category: [] for category in StatusCategory}
    for one in status.jobs:
        if (category := _category_of(one)) is not None:
            found[category].append(one)
        if one.is_paid_twice:
            found[StatusCategory.PAID_TWICE].append(one)
    return {category: tuple(jobs) for category, jobs in found.items() if jobs}


def _category_of(status: JobStatus) -> StatusCategory | None:
    if status.entry is None:
        return None
    if status.is_open:
        return StatusCategory.OPEN
    if status.lacks_file:
        return StatusCategory.NOT_DOWNLOADED
    match state := status.entry.state:
        case State.IN_DOUBT:
            return StatusCategory.IN_DOUBT
        case State.FAILED:
            return StatusCategory.FAILED
        case State.REJECTED:
            return StatusCategory.REJECTED
        case State.COMPLETED if status.look:
            return StatusCategory.TO_LOOK_AT
        case State.SUBMITTED | State.COMPLETED | State.WITHDRAWN:
            return None
        case _:
            assert_never(state)
