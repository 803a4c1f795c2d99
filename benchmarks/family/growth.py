"""How time and memory grow with the number of jobs, from ten to as many as the large matrix has."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.harness.process import Command, measure, program, reference
from benchmarks.harness.result import Point, Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest, size_of

_RUNS = 3


def growth(shop: Workshop) -> Report:
    """Plan matrices of growing size; the marginal cost of a job must not grow with them."""
    points = tuple(_points(shop))
    ours = [point for point in points if point.curve == "plan"]
    *_, before, last = ours
    first = ours[0]
    marginal = (last.seconds - before.seconds) / (last.jobs - before.jobs)
    earlier = (before.seconds - first.seconds) / (before.jobs - first.jobs)
    return Report(
        points=points,
        rows=(
            Row(
                what=f"cost of a further job beyond {before.jobs:,}, to that below",
                values=(marginal / earlier,),
                goal=at_most(1.3),
                told=f"{marginal * 1e6:.0f} us against {earlier * 1e6:.0f} us: linear if about 1",
            ),
        ),
    )


def _points(shop: Workshop) -> Iterator[Point]:
    largest = size_of(shop.large_axes)
    size = 10
    while size <= largest:
        manifest = shop.file(f"batch-{size}.yaml", matrix_manifest(axes_of(size))).name
        yield _point("plan", size, program("plan", manifest, cwd=shop.folder))
        yield _point("plan --json", size, program("plan", "--json", manifest, cwd=shop.folder))
        yield _point("bare YAML + Jinja", size, reference("bare_plan", manifest, cwd=shop.folder))
        size *= 10


def _point(curve: str, jobs: int, command: Command) -> Point:
    runs = [measure(command) for _ in range(_RUNS)]
    return Point(
        curve=curve,
        jobs=jobs,
        seconds=median(run.seconds for run in runs),
        peak_bytes=round(median(run.peak_bytes for run in runs)),
    )
