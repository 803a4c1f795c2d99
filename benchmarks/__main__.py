"""``python -m benchmarks``: run them, print the table, write the results."""

from __future__ import annotations

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from benchmarks.harness.process import ROOT, FailedError
from benchmarks.harness.record import markdown, write_json
from benchmarks.harness.result import Report
from benchmarks.harness.workshop import Workshop
from benchmarks.suite import SUITE

_SIZES = (
    "pairs",
    "inner_pairs",
    "rows",
    "rounds",
    "instant_jobs",
    "lines",
    "open_tasks",
    "files",
    "file_bytes",
    "fleet_jobs",
    "fleet_tasks",
)
_SECONDS = ("latency_seconds", "poll_seconds")
_QUICK = Workshop(
    folder=Path(),
    pairs=3,
    inner_pairs=2,
    axes=(10, 10, 10),
    large_axes=(25, 20, 20),
    rows=1000,
    rounds=10,
    instant_jobs=2000,
    lines=10_000,
    open_tasks=2000,
    poll_seconds=1.0,
    files=20,
    fleet_jobs=200,
    fleet_tasks=5000,
)


def main() -> int:
    """Run what was asked for; 1 if a goal was missed."""
    given = _parser().parse_args()
    reports: dict[str, Report] = {}
    for name in given.only or SUITE:
        reports[name] = _run(name, given)
        _tell(name, reports[name])
    given.out.mkdir(parents=True, exist_ok=True)
    write_json(reports, given.out / "results.json")
    (given.out / "results.md").write_text(markdown(reports), encoding="utf-8")
    points = [point for report in reports.values() for point in report.points]
    if points:
        from benchmarks.harness.chart import draw  # noqa: PLC0415  # large: only once nothing is measured any more

        if not draw(points, given.out / "growth.svg"):
            print("no plot: matplotlib is not installed", file=sys.stderr)
    return int(any(row.is_met is False for report in reports.values() for row in report.rows))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"which: {', '.join(SUITE)} (all)")
    parser.add_argument("--quick", action="store_true", help="small sizes and few pairs: does it all work?")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder of the results")
    parser.add_argument(
        "--axes", type=_axes, metavar="AxBxC", help="values of each axis of the middle matrix"
    )
    parser.add_argument("--large-axes", type=_axes, metavar="AxBxC", help="the same of the large one")
    for name in _SIZES:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N")
    for name in _SECONDS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, metavar="S")
    return parser


def _axes(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("x")))


def _run(name: str, given: Namespace) -> Report:
    """Run one benchmark in a folder of its own."""
    wanted = {
        size: value
        for size in ("axes", "large_axes", *_SIZES, *_SECONDS)
        if (value := getattr(given, size)) is not None
    }
    shop = _QUICK if given.quick else Workshop(folder=Path())
    with tempfile.TemporaryDirectory(prefix="sora2batch-bench-") as folder:
        try:
            return SUITE[name](replace(shop, **wanted, folder=Path(folder)))
        except FailedError as error:
            return Report(skipped=f"failed: {' '.join(str(error).split())[:200]}")


def _tell(name: str, report: Report) -> None:
    print(f"{time.strftime('%H:%M:%S')} {name}{f': not run: {report.skipped}' if report.skipped else ''}")
    for row in report.rows:
        goal = f"{row.goal} {row.verdict}".replace("*", "")
        print(f"  {row.what}: {row.spread}  {goal}  {row.told}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
