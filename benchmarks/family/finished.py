"""A large batch that is done: where does it stand, and a run that has nothing to do."""

from __future__ import annotations

from statistics import median

from benchmarks.harness.pair import Pairs, pairs
from benchmarks.harness.process import Command, inside, measure, program, reference
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest


def finished(shop: Workshop) -> Report:
    """Ask for the status of a batch that is done, and run it again."""
    manifest = shop.file("batch.yaml", matrix_manifest(axes_of(shop.lines)))
    measure(inside("finished", manifest, "lockfile", "http://clips.example", cwd=shop.folder))
    calls = {
        "status": program("status", "batch.yaml", cwd=shop.folder),
        "run with nothing to do": program("run", "batch.yaml", "--yes", cwd=shop.folder),
    }
    return Report(rows=tuple(row for name, call in calls.items() for row in _rows(shop, name, call)))


def _rows(shop: Workshop, name: str, call: Command) -> tuple[Row, Row]:
    theirs = reference("bare_status", "batch.yaml", "batch.lock.jsonl", cwd=shop.folder)
    both: Pairs = pairs(call, theirs, shop.pairs)
    memory = f"peak {median(one.peak_bytes for one in both.ours) / 1024**2:.0f} MiB"
    return (
        Row(
            what=f"{name}, {shop.lines:,} jobs, to orjson + Jinja",
            values=both.ratios,
            goal=at_most(3),
            told=f"{both.told}; {memory}",
        ),
        Row(
            what=f"{name}, {shop.lines:,} jobs",
            values=[one.seconds for one in both.ours],
            unit="s",
            goal=at_most(2, "s"),
            told="a goal of one machine",
        ),
    )
