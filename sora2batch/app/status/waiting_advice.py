"""What jobs that rest on others wait for, and what a person can do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import BLOCKED, WAITING, Status


def waiting_lines(batch: Batch, status: Status) -> Iterator[str]:
    """Say for each picks file how it comes about; then what waits by itself, and what will never be made."""
    yield from gate_lines(batch, status)
    others = sum(one.state == WAITING and not one.gate for one in status.jobs)
    if others:
        yield f"{others:,} waiting for the results of others: `sora2batch run {batch.run_arguments}` goes on"
    if blocked := status.states[BLOCKED]:
        reason = next(one.wait.reason for one in status.jobs if one.state == BLOCKED and one.wait)
        only = "" if status.states[WAITING] else ", and nothing else waits"
        yield f"{blocked:,} blocked{only}: {reason}{' (the first one)' if blocked > 1 else ''}"


def gate_lines(batch: Batch, status: Status) -> Iterator[str]:
    """Say of each picks file that is not there yet how many jobs wait for it, and how to make it."""
    for gate, count in gates_of(status).items():
        if (batch.manifest.path.parent / gate).is_file():  # somebody has picked since the manifest was read
            waiting = counted(count, "job waits", "jobs wait")
            yield f"{waiting} for {gate}, which is there now: `sora2batch run {batch.run_arguments}`"
            continue
        jobs = f"{counted(count, 'job waits', 'jobs wait')} for {gate}: somebody has to pick"
        if not _has_results(status, gate):
            yield f"{jobs} once there are results"
            continue
        page = f"sora2batch report {batch.arguments} --serve --open"
        yield f"{jobs}: `{page}`, mark the best, then `sora2batch run {batch.run_arguments}`"


def gates_of(status: Status) -> Counter[str]:
    """Count the jobs that wait for each picks file."""
    return Counter(one.gate for one in status.jobs if one.gate)


def _has_results(status: Status, gate: str) -> bool:
    """Tell whether there is anything to choose from."""
    done = {one.job.key for one in status.jobs if one.state == State.COMPLETED}
    return any(not done.isdisjoint(one.job.needs) for one in status.jobs if one.gate == gate)
