"""Jobs, plans, statuses and lockfiles as flat rows: ``pandas.DataFrame(rows)`` is a table of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.entry import Attempt, Entry, Output, reasons_of
from sora2batch.plan.action import PlannedJob
from sora2batch.plan.job_status import JobStatus


class Locate(Protocol):
    """Tells where a file of a result lies; None if it was never fetched."""

    def __call__(self, output: Output, /) -> Path | None:
        """Look one up."""
        ...


def job_row(job: Job) -> JsonObject:
    """Write a job: its price is ``credits``, each axis ``axis.NAME``, each input ``input.NAME``."""
    return _named(job) | {"credits": job.credits} | _asked(job)


def planned_row(planned: PlannedJob) -> JsonObject:
    """Write a job of a plan, with what a run would do about it."""
    told: JsonObject = {
        "action": planned.action.value,
        "reason": planned.reason,
        "credits": planned.credits,
    }
    return _named(planned.job) | told | _asked(planned.job)


def status_row(status: JobStatus, locate: Locate) -> JsonObject:
    """Write where a job stands, and where its first file lies."""
    attempt = status.entry.primary if status.entry else None
    told: JsonObject = {"state": status.state, "credits": status.credits}
    return _named(status.job) | told | _result(attempt, locate) | _asked(status.job)


def entry_rows(entries: Iterable[Entry]) -> Iterator[JsonObject]:
    """Write every attempt of every entry; the credits of those that are paid sum up to what was spent."""
    for entry in entries:
        for attempt in entry.attempts:
            yield _entry(entry) | _attempt(attempt) | _prefixed("input", entry.input)


def _named(job: AskedJob) -> JsonObject:
    return {"key": job.key, "group": job.group, "tool_type": job.tool_type, "take": job.take}


def _asked(job: AskedJob) -> JsonObject:
    labels: JsonObject = dict(job.labels)
    return _prefixed("axis", labels) | _prefixed("input", job.input) | {"fingerprint": job.fingerprint}


def _prefixed(prefix: str, values: JsonObject) -> JsonObject:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _result(attempt: Attempt | None, locate: Locate) -> JsonObject:
    outputs = attempt.outputs if attempt else ()
    first = outputs[0] if outputs else Output()
    path = locate(first) if first.sha256 else None
    return {
        "path": str(path) if path else None,
        "files": len(outputs),
        "sha256": first.sha256,
        "bytes": first.bytes,
        "look": reasons_of(first.look) or None,
        **_made(attempt),
    }


def _made(attempt: Attempt | None) -> JsonObject:
    error: JsonValue = attempt.error.message if attempt and attempt.error else None
    return {
        "task_id": attempt.task_id if attempt else None,
        "submitted_at": attempt.submitted_at if attempt else None,
        "finished_at": attempt.finished_at if attempt else None,
        "error": error,
    }


def _entry(entry: Entry) -> JsonObject:
    return {
        "key": entry.key,
        "tool_type": entry.tool_type,
        "take": entry.take,
        "fingerprint": entry.fingerprint,
    }


def _attempt(attempt: Attempt) -> JsonObject:
    return {
        "state": attempt.state.value,
        "credits": attempt.credits,
        "is_paid": attempt.is_paid,
        "attempt": attempt.number,
        **_made(attempt),
    }
