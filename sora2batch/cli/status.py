"""Where the jobs of several manifests stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.cli.batch import Batch, Loading
from sora2batch.cli.document import print_documents
from sora2batch.cli.folder import is_one_manifest
from sora2batch.cli.show_status import echo_status
from sora2batch.plan.status import Status, make_status, status_to_json


def show_statuses(load: Loading, manifests: Sequence[Path], *, as_json: bool) -> None:
    """Print what is known of every job.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read.
    """
    statuses = [status_of(batch) for batch in load.load_all(manifests)]
    if as_json:
        print_documents([status_to_json(one) for one in statuses], is_one=is_one_manifest(manifests))
        return
    for status in statuses:
        echo_status(status)


def status_of(batch: Batch) -> Status:
    """Read a batch's lockfile, a dead run's journal included, and make its status.

    Raises:
        LockfileError: it cannot be read.
    """
    return make_status(batch.manifest.file, batch.expansion.jobs, batch.read_lockfile(), batch.budget)
