"""Batches in a folder that change while they are watched, without anybody waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.app.status.status_watch import line_of
from sora2batch.ground.job import Job
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.lockfile.file import write_lockfile


def load_batch(manifest: Path) -> Batch:
    return loader_for(()).load(manifest)


def watched_of(manifest: Path) -> BatchWatcher:
    load = loader_for(())
    return BatchWatcher(load.load(manifest), load)


def entry_of(job: Job, *attempts: Attempt) -> Entry:
    return Entry.of(job, *attempts)


def write_state(batch: Batch, *attempts: Attempt) -> None:
    """Replace the lockfile: the first jobs have these attempts."""
    entries = [entry_of(job, one) for job, one in zip(batch.expansion.jobs, attempts, strict=False)]
    write_lockfile(batch.lock_path, lockfile_of(batch.manifest.file, entries))


class Recording:
    """A screen that remembers what was shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, watched: Sequence[BatchWatcher]) -> None:
        self.lines += [line_of(one) for one in watched]


class Pauses:
    """Waits for nothing: each pause does the next thing that happens meanwhile."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self._happenings: Iterator[Callable[[], object]] = iter(happenings)
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        next(self._happenings)()
