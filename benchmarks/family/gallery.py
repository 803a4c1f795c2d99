"""The gallery: how long its page takes to make, how large it is, and how smoothly it is scrolled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.harness.pair import pairs
from benchmarks.harness.process import inside, measure, program, reference
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest, size_of

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_SMALL = 2000
_MILLISECONDS = 1000
_MEBIBYTE = 1024**2
_SMOOTH = 1.5
_SLOWEST = 2.8
"""Frames may take so many times those of a blank page: what the page took before it had sections."""


def report(shop: Workshop) -> Report:
    """Make the page of a large batch that is done."""
    page = _batch(shop, shop.lines)
    ours = program("report", "batch.yaml", cwd=page.parent)
    theirs = reference("bare_status", "batch.yaml", "batch.lock.jsonl", cwd=page.parent)
    both = pairs(ours, theirs, shop.pairs)
    what = f"report, {shop.lines:,} jobs"
    return Report(
        rows=(
            Row(what=f"{what}, to orjson + Jinja", values=both.ratios, goal=at_most(4), told=both.told),
            Row(
                what=what,
                values=[one.seconds for one in both.ours],
                unit="s",
                goal=at_most(4, "s"),
                told="a goal of one machine",
            ),
            Row(
                what=f"{what}, bytes for each",
                values=[page.stat().st_size / shop.lines],
                unit="B",
                goal=at_most(512, "B"),
            ),
        )
    )


def frames(shop: Workshop) -> Report:
    """Open and scroll pages in a browser, and a blank one of the same height in turn."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None or find_spec("playwright") is None:
        return Report(skipped=f"there is no Playwright, or no browser: none of {', '.join(_BROWSERS)}")
    rows: list[Row] = []
    for jobs in (_SMALL, shop.lines):
        page = _batch(shop, jobs)
        measure(program("report", "batch.yaml", cwd=page.parent))
        told = measure(inside("scroll", browser, page, str(shop.inner_pairs), cwd=page.parent)).out
        rows += _rows(jobs, json.loads(told.read_text()))
    return Report(rows=tuple(rows))


def _batch(shop: Workshop, jobs: int) -> Path:
    """Lay out a batch that is done; say where its page will be."""
    folder = f"{jobs}"
    manifest = shop.file(f"{folder}/batch.yaml", matrix_manifest(axes_of(jobs)))
    assert size_of(axes_of(jobs)) == jobs
    measure(inside("finished", manifest, "lockfile", "http://clips.example", cwd=manifest.parent))
    return manifest.with_name("batch.report.html")


def _rows(jobs: int, rounds: Sequence[dict[str, dict[str, float]]]) -> list[Row]:
    ours, blank = ([one[name] for one in rounds] for name in ("page", "blank"))
    what = f"page of {jobs:,}"

    def ratio(name: str) -> list[float]:
        return [mine[name] / its[name] for mine, its in zip(ours, blank, strict=True)]

    def row(words: str, name: str, unit: str, scale: float = 1) -> Row:
        return Row(what=f"{what}, {words}", values=[one[name] * scale for one in ours], unit=unit)

    told = f"{median(one['middle'] for one in ours):.1f} ms, worst {max(one['worst'] for one in ours):.0f} ms"
    return [
        Row(what=f"{what}, frame", values=ratio("middle"), goal=at_most(_SMOOTH), told=told),
        Row(what=f"{what}, slowest frame of twenty", values=ratio("slow"), goal=at_most(_SLOWEST)),
        row("tasks above 50 ms while scrolled", "long", ""),
        Row(
            what=f"{what}, first card",
            values=[one["first"] / _MILLISECONDS for one in ours],
            unit="s",
            goal=at_most(3, "s"),
            told="a goal of one machine",
        ),
        row("first search, to the next frame", "search", "ms"),
        row("each further letter", "letter", "ms"),
        row("memory of its script", "heap", "MiB", 1 / _MEBIBYTE),
    ]
