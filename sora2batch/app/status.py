"""Where the jobs of several manifests stand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.batch import Batch, BatchLoader
from sora2batch.app.discover import is_one_manifest
from sora2batch.app.output import print_documents
from sora2batch.app.show_status import echo_status
from sora2batch.app.snapshot import look_at, status_of
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import ExitCode
from sora2batch.plan.job_status import status_to_json


def show_statuses(load: BatchLoader, manifests: Sequence[Path], *, as_json: bool) -> None:
    """Print what is known of every job: a table at a terminal, a line a job or one document elsewhere.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read.
    """
    batches = load.load_all(manifests)
    if as_json:
        documents = [status_to_json(status_of(batch)) for batch in batches]
        print_documents(documents, is_one=is_one_manifest(manifests))
    elif sys.stdout.isatty():
        _print_boards(batches)
    else:
        for batch, status in [(batch, status_of(batch)) for batch in batches]:
            echo_status(batch, status)


def watch_statuses(load: BatchLoader, manifests: Sequence[Path], interval: float) -> ExitCode:
    """Show what is known of every job, and again whenever it changes; Ctrl-C ends it.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read to begin with.
    """
    from sora2batch.app.watch import open_screen, watch  # noqa: PLC0415
    from sora2batch.app.watcher import BatchWatcher  # noqa: PLC0415

    clock = SystemClock()
    watched = [BatchWatcher(batch, load) for batch in load.load_all(manifests)]
    try:
        with open_screen(clock, interval) as screen:
            watch(watched, screen, clock, interval=interval)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


def _print_boards(batches: Sequence[Batch]) -> None:
    from sora2batch.cli.show.board import board  # noqa: PLC0415  # rich is for terminals only
    from sora2batch.cli.show.live import terminal  # noqa: PLC0415

    console, now = terminal(), SystemClock().now()
    for index, snapshot in enumerate([look_at(batch) for batch in batches]):
        if index:
            console.print()
        console.print(board(snapshot, console, now))
