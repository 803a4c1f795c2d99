"""Many tasks open at once, each asked about now and then."""

from __future__ import annotations

import json

from benchmarks.harness.process import inside, measure
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop

_RUNS = 3


def open_tasks(shop: Workshop) -> Report:
    """Watch many open tasks whose questions are answered at once."""
    watch = (str(shop.open_tasks), str(shop.poll_seconds), str(2 * shop.poll_seconds))
    runs = [
        json.loads(measure(inside("poll", *watch, cwd=shop.folder)).out.read_text()) for _ in range(_RUNS)
    ]
    head = f"{shop.open_tasks:,} open tasks, asked every {shop.poll_seconds:g} s"
    return Report(
        rows=(
            Row(
                what=f"{head}: weight of one above its job",
                values=[run["bytes"] for run in runs],
                unit="bytes",
                goal=at_most(400, "bytes"),
            ),
            Row(
                what=f"{head}: worst lateness of a question",
                values=[run["lateness"] * 1000 for run in runs],
                unit="ms",
                goal=at_most(250, "ms"),
                told=f"{runs[0]['questions']:,} questions in {2 * shop.poll_seconds:g} s",
            ),
            Row(
                what=f"{head}: share of one processor",
                values=[run["share"] * 100 for run in runs],
                unit="%",
                goal=at_most(25, "%"),
            ),
        )
    )
