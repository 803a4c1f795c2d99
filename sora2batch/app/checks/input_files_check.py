"""Whether the API can fetch the files that a run of this manifest would send."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.app.batch.batch import Batch
from sora2batch.app.checks.check import Check
from sora2batch.app.execution.input_means import way_of_inputs
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.job import Job


def check_input_files(batch: Batch) -> Iterator[Check]:
    """Tell where a run would be refused, for it has files to send and nothing to send them by."""
    try:
        way_of_inputs(batch, _unsent_jobs(batch))
    except UsageError as error:
        yield Check.failed("inputs", error)


def _unsent_jobs(batch: Batch) -> list[Job]:
    """List what a run may still submit."""
    try:
        lockfile = batch.read_lockfile()
    except Sora2BatchError:  # told by its own check
        return []
    return [job for job in batch.expansion.jobs if lockfile.get(job.fingerprint) is None]
