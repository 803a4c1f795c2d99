"""What it costs that nothing is lost."""

from __future__ import annotations

import json
from statistics import median

from benchmarks.harness.process import inside, measure
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest

_RECORDS = 5000
_WAITING = 50


def shared_sync(shop: Workshop) -> Report:
    """Append with many waiting, and with a sync each."""
    call = inside(
        "journal", shop.folder, str(shop.inner_pairs), str(_RECORDS), str(_WAITING), cwd=shop.folder
    )
    found = json.loads(measure(call).out.read_text())
    ours, theirs = (median(found[side]) * 1e6 for side in ("ours", "theirs"))
    return Report(
        rows=(
            Row(
                what=f"a durable journal line, {_WAITING} waiting, to write + fsync each",
                values=[a / b for a, b in zip(found["ours"], found["theirs"], strict=True)],
                goal=at_most(0.1),
                told=f"{ours:.0f} us against {theirs:.0f} us; checks, encoding and event loop included",
            ),
        )
    )


def fold_journal(shop: Workshop) -> Report:
    """Bring a journal into the lockfile: while a run lasts, and after one that died."""
    manifest = shop.file("batch.yaml", matrix_manifest(axes_of(shop.lines)))
    measure(inside("finished", manifest, "journal", "http://clips.example", cwd=shop.folder))
    found = json.loads(
        measure(inside("fold", manifest, str(shop.inner_pairs), cwd=shop.folder)).out.read_text()
    )
    return Report(
        rows=(
            _fold_row(f"a checkpoint of {shop.lines:,} new lines", found["checkpoint"], found["write"]),
            _fold_row(
                f"recovering a dead run's journal of {shop.lines:,}", found["recovery"], found["write"]
            ),
        )
    )


def _fold_row(what: str, ours: list[float], theirs: list[float]) -> Row:
    return Row(
        what=f"{what}, to orjson writing the same",
        values=[a / b for a, b in zip(ours, theirs, strict=True)],
        goal=at_most(3),
        told=f"{median(ours):.2f} s against {median(theirs):.2f} s",
    )
