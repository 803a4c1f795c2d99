"""A batch at another moment, to be shown beside what is so now."""

from __future__ import annotations

from sora2batch.app.batch import Batch
from sora2batch.app.history import jobs_at, lockfile_at
from sora2batch.app.output import Printer
from sora2batch.gallery.page.make import BatchState
from sora2batch.ground.errors import Sora2BatchError


def state_at(batch: Batch, ref: str, printer: Printer) -> BatchState:
    """Find what was asked for and what was known at a ref.

    A manifest that had problems then still lets its lockfile be compared: every job in it was asked for once.

    Raises:
        Sora2BatchError: there is no such ref, or the lockfile cannot be read.
    """
    lockfile = lockfile_at(batch, ref)
    try:
        return BatchState(jobs=jobs_at(batch, ref), lockfile=lockfile)
    except Sora2BatchError as error:
        printer.info(f"notice: only the lockfile of {ref} is compared: {error.message}")
        return BatchState(jobs=None, lockfile=lockfile)
