"""A matrix planned: time as text and as JSON, at two sizes, and memory."""

from __future__ import annotations

from statistics import median

from benchmarks.harness.pair import pairs
from benchmarks.harness.process import Usage, inside, measure, program, reference
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import matrix_manifest, size_of, stage_manifest

BASE_BYTES = 40 * 1024**2
_KIB = 1024


def plan_text(shop: Workshop) -> Report:
    """Plan the middle matrix, as text."""
    return _plan(shop, shop.axes, shop.pairs)


def plan_large(shop: Workshop) -> Report:
    """Plan the large matrix, as text."""
    return _plan(shop, shop.large_axes, shop.pairs)


def plan_json(shop: Workshop) -> Report:
    """Plan the middle matrix, as JSON."""
    manifest = shop.file("batch.yaml", matrix_manifest(shop.axes)).name
    both = pairs(
        program("plan", "--json", manifest, cwd=shop.folder),
        reference("bare_plan", manifest, cwd=shop.folder),
        shop.pairs,
    )
    what = f"plan --json, {size_of(shop.axes):,} jobs, to bare YAML + Jinja"
    return Report(rows=(Row(what=what, values=both.ratios, goal=at_most(2.5), told=both.told),))


def plan_stages(shop: Workshop) -> Report:
    """Plan a batch in two stages, and as large a one in one: before anything is made, and when all is."""
    for name, stages in (("one", 1), ("two", 2)):
        shop.file(f"{name}.yaml", stage_manifest(size_of(shop.axes), stages=stages))
    rows = [_stages_row(shop, "nothing made yet")]
    for name in ("one", "two"):
        manifest = shop.folder / f"{name}.yaml"
        measure(inside("finished", manifest, "lockfile", "http://clips.example", cwd=shop.folder))
    return Report(rows=(*rows, _stages_row(shop, "all made")))


def _stages_row(shop: Workshop, when: str) -> Row:
    ours, theirs = (program("plan", f"{name}.yaml", cwd=shop.folder) for name in ("two", "one"))
    both = pairs(ours, theirs, shop.pairs)
    what = f"plan in two stages, {when}, to one stage of {size_of(shop.axes):,} jobs"
    return Row(what=what, values=both.cpu_ratios, goal=at_most(1.3), told=both.told)


def plan_memory(shop: Workshop) -> Report:
    """Weigh both plans of the large matrix."""
    manifest = shop.file("batch.yaml", matrix_manifest(shop.large_axes)).name
    jobs = size_of(shop.large_axes)
    text = [measure(program("plan", manifest, cwd=shop.folder)) for _ in range(3)]
    json = [measure(program("plan", "--json", manifest, cwd=shop.folder)) for _ in range(3)]
    return Report(
        rows=(
            Row(
                what=f"memory of a plan of {jobs:,}, over 40 MiB",
                values=_bytes_a_job(text, jobs),
                unit="bytes a job",
                goal=at_most(_KIB, "bytes a job"),
                told=_peak(text),
            ),
            Row(
                what=f"the same, --json, of {jobs:,}",
                values=_bytes_a_job(json, jobs),
                unit="bytes a job",
                told=_peak(json),
            ),
        )
    )


def _plan(shop: Workshop, axes: tuple[int, ...], count: int) -> Report:
    manifest = shop.file("batch.yaml", matrix_manifest(axes)).name
    both = pairs(
        program("plan", manifest, cwd=shop.folder),
        reference("bare_plan", manifest, cwd=shop.folder),
        count,
    )
    what = f"plan, {size_of(axes):,} jobs, to bare YAML + Jinja"
    return Report(rows=(Row(what=what, values=both.ratios, goal=at_most(1.6), told=both.told),))


def _bytes_a_job(runs: list[Usage], jobs: int) -> tuple[float, ...]:
    return tuple((run.peak_bytes - BASE_BYTES) / jobs for run in runs)


def _peak(runs: list[Usage]) -> str:
    return f"peak {median(run.peak_bytes for run in runs) / 1024**2:.0f} MiB"
