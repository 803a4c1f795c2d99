"""The jobs of a plan reserved for workers: first their files are where the API can fetch them."""

from __future__ import annotations

import asyncio
import getpass
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sora2batch.app.backend.open_backend import real_backend
from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.files_and_results import FilesAndResults
from sora2batch.app.execution.input_access import open_input_urls
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import Reserved, WantedJob, reserve
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.database.insist import again_where_busy
from sora2batch.fleet.tables.job_files import files_to_json
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.entry import Entry, Seen
from sora2batch.matrix.input_file import InputFile
from sora2batch.plan.action import PlannedJob
from sora2batch.run.event import Listener
from sora2batch.run.input_urls import InputUrls, urls_or_deferral
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.stop_signal import StopSignal

_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveRequest:
    """What is to be reserved, for whom, and what is known."""

    batch: Batch
    terms: BatchTerms
    jobs: Sequence[PlannedJob]
    """In the order of submission."""
    known: Sequence[Entry]
    """The lockfile's."""
    payer: Payer
    seen_inputs: Mapping[Fingerprint, Seen]
    made: MadeFiles | None = None
    """What tasks have made, where jobs may send that."""


class ReserveOutcome(NamedTuple):
    """What came of it."""

    reserved: Reserved
    waiting: int
    """Of so many jobs files cannot be had now: they were not reserved."""


async def reserve_jobs(
    database: Database, request: ReserveRequest, listener: Listener, stop_signal: StopSignal
) -> ReserveOutcome | None:
    """Reserve jobs; None where somebody wanted it to end before that.

    Raises:
        BudgetError: there is no room for all of them; nothing was reserved.
        Sora2BatchError: the store cannot be opened, or the database refused.
    """
    ready = await _with_files(request, listener)
    if stop_signal.is_set:
        return None
    batch, made = request.batch, request.made
    files = batch.expansion.files if made is None else FilesAndResults(batch, made)
    wanted = [_wanted(request, planned, files) for planned in ready]
    reserved = await again_where_busy(
        database, lambda connection: reserve(connection, request.terms, wanted, request.known)
    )
    return ReserveOutcome(reserved, len(request.jobs) - len(ready))


def whoever_asks() -> str:
    """Name who reserves, for people."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "somebody"
    return f"{user}@{platform.node()}"


async def _with_files(request: ReserveRequest, listener: Listener) -> Sequence[PlannedJob]:
    """Put the files of jobs in the store, and leave out the jobs of which that cannot be done now."""
    jobs = [one.job for one in request.jobs]
    if not any(True for job in jobs for _ in file_inputs_in(job.input)):
        return request.jobs
    async with (
        real_backend(os.environ, request.payer.clock) as backend,
        open_input_urls(request.batch, jobs, backend, listener, request.made) as urls,
    ):
        await urls.prepare(jobs)
        places = asyncio.Semaphore(_AT_ONCE)
        found = await asyncio.gather(*(_has_urls(one, urls, listener, places) for one in request.jobs))
    return [planned for planned, is_ready in zip(request.jobs, found, strict=True) if is_ready]


async def _has_urls(
    planned: PlannedJob, urls: InputUrls, listener: Listener, places: asyncio.Semaphore
) -> bool:
    async with places:
        return await urls_or_deferral(planned.job, urls, listener) is not None


def _wanted(request: ReserveRequest, planned: PlannedJob, files: Mapping[str, InputFile]) -> WantedJob:
    job = planned.job
    return WantedJob(
        job=job,
        last_call=last_call(planned),
        expected_seconds=request.batch.catalog.get(job.tool_type).expected_seconds.min,
        files=files_to_json(job, files, request.made),
        seen=request.seen_inputs.get(job.fingerprint, ()),
    )


def last_call(planned: PlannedJob) -> int:
    """Tell the number of the last attempt at a job that is known; 0 where there was none."""
    return max((one.number for one in planned.entry.attempts), default=0) if planned.entry else 0
