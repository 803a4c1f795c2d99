"""One batch that is being watched: read again where its files have changed, and only there."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import BatchLoader
from sora2batch.app.batch.snapshot import BatchSnapshot, look_at
from sora2batch.app.batch.stamp import Stamp, stamps_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import one_line
from sora2batch.lockfile.hold import lock_holder
from sora2batch.lockfile.journal import journal_path

_COMPLAINT_ROOM = 300


class BatchWatcher:
    """Keeps the last good snapshot; what cannot be read for the moment is a complaint beside it."""

    def __init__(self, batch: Batch, loader: BatchLoader) -> None:
        """Look for the first time.

        Raises:
            LockfileError: the lockfile cannot be read.
        """
        self._loader = loader
        self._batch = batch
        self._sources: Mapping[str, Stamp] = batch.sources
        self._records = stamps_of(_records(batch))
        self._manifest_fault: str | None = None
        self._lockfile_fault: str | None = None
        self.snapshot: BatchSnapshot = look_at(batch)

    @property
    def complaints(self) -> tuple[str, ...]:
        """What cannot be read just now; the snapshot is from before."""
        return tuple(fault for fault in (self._manifest_fault, self._lockfile_fault) if fault)

    @property
    def complaint_lines(self) -> list[str]:
        """The complaints in words: that the snapshot is an old one, and why."""
        return [f"shown as it was before: {one_line(fault, _COMPLAINT_ROOM)}" for fault in self.complaints]

    def refresh(self) -> bool:
        """Read again what has changed, or could not be read; tell whether there was anything."""
        has_new_jobs = self._reload()
        if self._has_new_records() or has_new_jobs:
            self._look()
            return True
        return self._has_new_holder()

    def _reload(self) -> bool:
        """Load the manifest if it or a data file of it was written."""
        stamps = dict(zip(self._sources, stamps_of(self._sources), strict=True))
        if stamps == self._sources and not self._manifest_fault:
            return False
        try:
            self._batch = self._loader.load(self._batch.manifest.path)
        except Sora2BatchError as error:
            self._sources = stamps
            self._manifest_fault = error.message
        else:
            self._sources = self._batch.sources
            self._manifest_fault = None
        return True

    def _has_new_records(self) -> bool:
        """Take the stamps before anything is read: what is written after that is seen the next time."""
        before, self._records = self._records, stamps_of(_records(self._batch))
        return before != self._records or self._lockfile_fault is not None

    def _look(self) -> None:
        try:
            self.snapshot = look_at(self._batch)
        except Sora2BatchError as error:
            self._lockfile_fault = error.message
        else:
            self._lockfile_fault = None
        # Loading takes all that it made out of the collector's sight for good; here it is soon replaced.
        gc.unfreeze()

    def _has_new_holder(self) -> bool:
        """Look whether a run died, which no file tells."""
        if self.snapshot.holder is None:
            return False
        holder = lock_holder(self._batch.lock_path)
        has_changed = holder != self.snapshot.holder
        self.snapshot = replace(self.snapshot, holder=holder)
        return has_changed


def _records(batch: Batch) -> tuple[Path, ...]:
    path = Path(os.path.realpath(batch.lock_path))
    return path, journal_path(path)
