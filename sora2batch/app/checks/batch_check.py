"""What ``doctor`` finds out about a batch: its lockfile, its locks, its folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.checks.check import Check
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.plainfile import is_led_out
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.hold import lock_fault, lock_holder


def check_batch(batch: Batch) -> Iterator[Check]:
    """Look at what a run of it reads and writes."""
    yield Check.fine("manifest", f"{batch.manifest.file}: {counted(len(batch.expansion.asked), 'job')}")
    yield _check_lockfile(batch)
    if fault := lock_fault(batch.manifest.path):
        yield Check.failed("locks", fault)
    yield _check_output_folder(batch)
    yield _check_folder("lockfile's folder", batch.lock_path.parent)


def _check_lockfile(batch: Batch) -> Check:
    try:
        lockfile = batch.read_lockfile()
        holder = lock_holder(batch.lock_path)
    except Sora2BatchError as error:
        return Check.failed("lockfile", error)
    if holder:
        return Check.note("lockfile", f"held by {holder}")
    doubts = sum(entry.state is State.IN_DOUBT for entry in lockfile.entries.values())
    message = f"{counted(len(lockfile.entries), 'job')}, {lockfile.spent:,} credits spent"
    if doubts:
        return Check.note("lockfile", f"{message}, {doubts:,} in doubt: `sora2batch reconcile` settles them")
    return Check.fine("lockfile", message)


def _check_output_folder(batch: Batch) -> Check:
    if is_led_out(batch.output_dir, batch.manifest.path.parent):
        message = f"{batch.output_dir} leads out of the manifest's folder, through a link"
        return Check.bad("output folder", message)
    return _check_folder("output folder", batch.output_dir)


def _check_folder(name: str, folder: Path) -> Check:
    """See whether files can be made there, or in the nearest folder above that exists."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check.fine(name, f"{folder} can be written")
    return Check.bad(name, f"{folder} cannot be written")
