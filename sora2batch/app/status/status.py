"""Where the jobs of several manifests stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.snapshot import look_at, status_of
from sora2batch.app.output.json_document import print_documents
from sora2batch.app.output.output import Display
from sora2batch.app.status.show_status import print_status
from sora2batch.ground.clock import SystemClock
from sora2batch.plan.job_status import status_to_json


def show_statuses(
    printer: Display,
    *,
    manifests: Sequence[Path],
    as_json: bool,
    simulated: bool,
    tools_dirs: Sequence[Path],
) -> None:
    """Print what is known of every job: a table at a terminal, a line a job or one document elsewhere.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read.
    """
    batches = loader_for(tools_dirs, simulated=simulated).load_all(manifests)
    if as_json:
        documents = [status_to_json(status_of(batch), batch.credit_price) for batch in batches]
        print_documents(documents, printer, is_one=is_one_manifest(manifests))
    elif printer.is_terminal:
        printer.boards([look_at(batch) for batch in batches], SystemClock())
    else:
        for batch, status in [(batch, status_of(batch)) for batch in batches]:
            print_status(batch, status, printer)
