"""Can what is about to be paid for be kept? Looked into before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.output.output import Printer
from sora2batch.catalog.tool import Kind
from sora2batch.ground.pending_job import AskedJob
from sora2batch.manifest.model import RunOptions
from sora2batch.run.destination import check_destination, free_bytes
from sora2batch.run.handle import find_handles, needed
from sora2batch.run.stages import Stages

_KIB, _MIB = 1024, 1024**2
_AT_LEAST = {Kind.IMAGE: 16 * _KIB, Kind.VIDEO: _MIB}
"""Bytes of a result below which none has been seen."""
_USUALLY = {Kind.IMAGE: 3 * _MIB, Kind.VIDEO: 20 * _MIB}
"""Bytes of a result as they often are."""
_SIMULATED = 16 * _KIB


def check_keeping(batch: Batch, jobs: Sequence[AskedJob], request: RunRequest) -> None:
    """Refuse to pay for results that the output folder, or the process, could not take.

    Raises:
        UsageError: says what is in the way.
    """
    options = options_of(batch, request)
    handles = find_handles(options)
    if handles:
        handles.check()
    if handles and (fitting := handles.fit(options)) != options:
        request.printer.info(
            f"notice: {needed(options):,} files and connections may be needed at once and {handles.spare:,} "
            f"are allowed: at most {fitting.submit_concurrency:,} calls and {fitting.concurrency:,} tasks at "
            "once; `ulimit -n 1024` allows more"
        )
    if Stages.DOWNLOAD in request.stages:
        _check_folder(batch, jobs, request.printer)


def options_of(batch: Batch, request: RunRequest) -> RunOptions:
    """How the run is to work, on this machine."""
    return batch.run_options(request.concurrency)


def _check_folder(batch: Batch, jobs: Sequence[AskedJob], printer: Printer) -> None:
    kinds = [batch.catalog.get(job.tool_type).kind for job in jobs]
    least = len(kinds) * _SIMULATED if batch.simulated else sum(_AT_LEAST[kind] for kind in kinds)
    check_destination(batch.output_dir, (job.filename for job in jobs), least_bytes=least)
    usual = 0 if batch.simulated else sum(_USUALLY[kind] for kind in kinds)
    free = free_bytes(batch.output_dir)
    if free is not None and free < usual:
        printer.info(
            f"notice: {batch.output_dir} has room for {free // _MIB:,} MiB; "
            f"results like these often take {usual // _MIB:,}"
        )
