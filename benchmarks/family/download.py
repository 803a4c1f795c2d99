"""Files fetched, hashed and synced, against curl that only fetches."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.harness.process import Command, inside, measure, program
from benchmarks.harness.result import Report, Row, at_least
from benchmarks.harness.service import Service
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import axes_of, matrix_manifest

_AT_ONCE = 8


def downloads(shop: Workshop) -> Report:
    """Fetch the files of a batch, in turn with curl."""
    if shutil.which("curl") is None:
        return Report(skipped="curl is not installed")
    with Service(file_bytes=shop.file_bytes) as service:
        manifest = shop.file("batch.yaml", matrix_manifest(axes_of(shop.files)))
        measure(inside("finished", manifest, "paid", f"{service.root}/clips", cwd=shop.folder))
        lockfile = (shop.folder / "batch.lock.jsonl").read_bytes()
        ours = program("download", "batch.yaml", cwd=shop.folder)
        theirs = _curl(shop, service.root)
        ratios, speeds = [], []
        for _ in range(shop.inner_pairs + 1):
            shop.file("batch.lock.jsonl", lockfile)
            _clear(shop.folder / "out")
            our_seconds = measure(ours).seconds
            _clear(shop.folder / "curl")
            their_seconds = measure(theirs).seconds
            ratios.append(their_seconds / our_seconds)
            speeds.append((our_seconds, their_seconds))
    megabytes = shop.files * shop.file_bytes / 1e6
    our_speed, their_speed = (megabytes / seconds for seconds in speeds[-1])
    return Report(
        rows=(
            Row(
                what=f"downloading {shop.files} x {shop.file_bytes / 1e6:g} MB with hash, to curl --parallel",
                values=ratios[1:],
                goal=at_least(0.55),
                told=f"{our_speed:,.0f} against {their_speed:,.0f} MB/s, whole processes; ours syncs to disk",
            ),
        )
    )


def _clear(folder: Path) -> None:
    """Remove a folder, and have the disk finish what it was given: neither pays for what the other wrote."""
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()


def _curl(shop: Workshop, root: str) -> Command:
    lines = (
        f'url = "{root}/clips/{number}.mp4"\noutput = "curl/{number}.mp4"\n' for number in range(shop.files)
    )
    shop.file("curl.txt", "".join(lines))
    argv = (
        "curl",
        "--parallel",
        "--parallel-max",
        str(_AT_ONCE),
        "--create-dirs",
        "-s",
        "-S",
        "-K",
        "curl.txt",
    )
    return Command(argv=argv, cwd=shop.folder)
