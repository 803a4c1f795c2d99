"""Create calls: as many as the server lets through, every intent and every outcome durable."""

from __future__ import annotations

from benchmarks.harness.process import Usage, measure, program, reference
from benchmarks.harness.result import Report, Row, at_least
from benchmarks.harness.service import Counts, Service
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest

_MOST_OPEN = 10_000
"""Tasks that may be open at once, by the contract."""
_RUNS = 3


def slow_server(shop: Workshop) -> Report:
    """Submit to a server that takes its time, with some and with many calls at once."""
    return Report(rows=(*_slow(shop, 64, 0.90), *_slow(shop, 512, 0.65)))


def instant_server(shop: Workshop) -> Report:
    """Submit to a server that answers at once, in turn with a bare pool of workers."""
    at_once, jobs = 100, min(shop.instant_jobs, _MOST_OPEN)
    ours: list[tuple[Counts, Usage]] = []
    theirs: list[tuple[Counts, Usage]] = []
    for _ in range(shop.inner_pairs + 1):
        ours.append(submit_here(shop, jobs, at_once, 0.0))
        theirs.append(_pool(shop, jobs, at_once))
    counted = list(zip(ours[1:], theirs[1:], strict=True))
    what = (
        f"submitting {jobs:,} at once to an instant server, {at_once} calls at once, to a bare aiohttp pool"
    )
    return Report(
        rows=(
            Row(
                what=what,
                values=[pool.seconds / counts.seconds for (counts, _), (pool, _) in counted],
                goal=at_least(0.40),
                told=f"{jobs / ours[-1][0].seconds:,.0f} against {jobs / theirs[-1][0].seconds:,.0f} calls/s",
            ),
            Row(
                what="the same, whole processes",
                values=[pool.seconds / used.seconds for (_, used), (_, pool) in counted],
            ),
        )
    )


def _slow(shop: Workshop, at_once: int, share: float) -> tuple[Row, Row]:
    jobs = min(shop.rounds * at_once, _MOST_OPEN // at_once * at_once)
    ideal = jobs * shop.latency_seconds / at_once
    runs = [submit_here(shop, jobs, at_once, shop.latency_seconds) for _ in range(_RUNS)]
    milliseconds = f"{shop.latency_seconds * 1000:.0f} ms"
    return (
        Row(
            what=f"submitting {jobs:,}, {milliseconds} a call, {at_once} at once: share of the ideal",
            values=[ideal / counts.seconds for counts, _ in runs],
            goal=at_least(share),
            told=f"from the first call to the last answer; ideal {ideal:.1f} s",
        ),
        Row(
            what=f"the same, {at_once} at once, whole process",
            values=[ideal / used.seconds for _, used in runs],
            told="with the start, the plan, the balance and the last look at the ledger",
        ),
    )


def submit_here(shop: Workshop, jobs: int, at_once: int, latency_seconds: float) -> tuple[Counts, Usage]:
    """Have this machine alone submit a batch."""
    options = f"{{concurrency: {_MOST_OPEN}, submit_concurrency: {at_once}}}"
    shop.file("batch.yaml", matrix_manifest(axes_of(jobs), run=options))
    for leftover in shop.folder.glob("batch.*.jsonl"):
        leftover.unlink()
    with Service(latency_seconds=latency_seconds) as service:
        call = program(
            "run", "batch.yaml", "--yes", "--no-wait", cwd=shop.folder, env=service.environ(), exits=(0, 4)
        )
        used = measure(call)
        counts = service.close()
    assert counts.tasks == jobs, f"{counts.tasks} of {jobs} were submitted"
    assert counts.at_once <= at_once
    return counts, used


def _pool(shop: Workshop, jobs: int, at_once: int) -> tuple[Counts, Usage]:
    with Service() as service:
        used = measure(reference("pool", service.api, str(jobs), str(at_once), cwd=shop.folder))
        return service.close(), used
