"""``python -m benchmarks.peers``: pair a plan with those of other programs, on matrices of growing size."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import monotonic

from benchmarks.harness.chart import draw
from benchmarks.harness.pair import told
from benchmarks.harness.process import ROOT, Command, FailedError, Usage, measure, program
from benchmarks.harness.record import markdown, write_json
from benchmarks.harness.result import Point, Report, Row, at_most
from benchmarks.peers.peer import PEERS, Peer
from benchmarks.shape import axes_of, matrix_manifest

_GOALS = {("snakemake -n", 10_000): at_most(1 / 20)}


def main() -> int:
    """Run every peer; 1 if a goal was missed."""
    parser = ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10_000], metavar="JOBS")
    parser.add_argument("--pairs", type=int, default=9, help="as many, if the time allows it (9)")
    parser.add_argument("--seconds", type=float, default=90, help="for one peer at one size (90)")
    parser.add_argument("--quick", action="store_true", help="10 and 100 jobs, 3 pairs")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder of the results")
    given = parser.parse_args()
    sizes, count = ([10, 100], 3) if given.quick else (given.sizes, given.pairs)
    reports = {}
    for peer in PEERS:
        reports[peer.name] = _compare(peer, sizes, count, given.seconds)
        if reports[peer.name].skipped:
            print(f"{peer.name}: not run: {reports[peer.name].skipped}")
    given.out.mkdir(parents=True, exist_ok=True)
    write_json(reports, given.out / "peers.json")
    (given.out / "peers.md").write_text(markdown(reports), encoding="utf-8")
    draw([point for report in reports.values() for point in report.points], given.out / "peers.svg")
    return int(any(row.is_met is False for report in reports.values() for row in report.rows))


def _compare(peer: Peer, sizes: Sequence[int], count: int, seconds: float) -> Report:
    """Install a peer in a folder that is removed afterwards, and pair it at every size."""
    rows: list[Row] = []
    points: list[Point] = []
    with tempfile.TemporaryDirectory(prefix="sora2batch-peer-") as home:
        try:
            peer.install(Path(home))
            for size in sizes:
                folder = Path(home) / str(size)
                folder.mkdir()
                runs = list(
                    _pairs(peer.command(Path(home), folder, axes_of(size)), folder, size, count, seconds)
                )
                rows.append(_row(peer, size, runs))
                points += _points(peer, size, runs)
                print(f"{rows[-1].what}: {rows[-1].spread}  n={len(runs)}  {rows[-1].told}", flush=True)
        except FailedError as error:
            return Report(rows=tuple(rows), points=tuple(points), skipped=" ".join(str(error).split())[:300])
    return Report(rows=tuple(rows), points=tuple(points))


def _pairs(
    theirs: Command, folder: Path, size: int, count: int, seconds: float
) -> Iterator[tuple[Usage, Usage]]:
    """Run both in turn until the time is used up, once at least."""
    (folder / "batch.yaml").write_text(matrix_manifest(axes_of(size)))
    ours = program("plan", "batch.yaml", cwd=folder)
    measure(ours)
    end = monotonic() + seconds
    for _ in range(count):
        yield measure(ours), measure(theirs)
        if monotonic() > end:
            return


def _row(peer: Peer, size: int, runs: Sequence[tuple[Usage, Usage]]) -> Row:
    ours, theirs = zip(*runs, strict=True)
    return Row(
        what=f"plan, {size:,} jobs, to `{peer.name}`",
        values=[a.seconds / b.seconds for a, b in runs],
        goal=_GOALS.get((peer.name, size)),
        told=told(ours, theirs),
    )


def _points(peer: Peer, size: int, runs: Sequence[tuple[Usage, Usage]]) -> Iterator[Point]:
    for curve, side in ((f"plan (beside {peer.name})", 0), (peer.name, 1)):
        yield Point(
            curve=curve,
            jobs=size,
            seconds=median(run[side].seconds for run in runs),
            peak_bytes=round(median(run[side].peak_bytes for run in runs)),
        )


if __name__ == "__main__":
    sys.exit(main())
