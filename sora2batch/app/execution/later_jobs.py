"""The jobs of a batch that rest on others, as a run takes them up."""

from __future__ import annotations

from collections.abc import Iterable

from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.request import RunRequest
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.waiting import within_reach
from sora2batch.run.dependents import Dependents, DependentTerms, gather_dependents
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.stages import Stages


def to_take_up(plan: Plan, request: RunRequest) -> tuple[WaitingJob, ...]:
    """Pick the jobs that wait and that this run may come to submit; a saved plan submits what it lists.

    Who does not wait for results, or does not fetch them, makes nothing of them either.
    """
    if not plan.waiting or request.saved or Stages.ALL not in request.stages or plan.room == 0:
        return ()
    return within_reach(plan)


def became_possible(
    batch: Batch, waiting: Iterable[WaitingJob], dependents: Dependents, lockfile: Lockfile
) -> tuple[PlannedJob, ...]:
    """Find what has become possible of the jobs that waited, but for those that a limit had no room for."""
    known = {job.key: job for job in batch.at(lockfile).expansion.jobs}
    tried = {one.job.key for one in dependents.made}
    found = (known.get(one.job.key) for one in waiting)
    return tuple(
        PlannedJob(job, Action.WAIT, "its turn came while the run lasted", job.credits)
        for job in found
        if job and (dependents.room != 0 or job.key in tried or lockfile.get(job.fingerprint))
    )


def dependents_of(
    batch: Batch, plan: Plan, store: LockfileStore, made_files: MadeFiles, request: RunRequest
) -> Dependents | None:
    """Gather the jobs of a plan that this run may come to; None where there are none."""
    if not to_take_up(plan, request):
        return None
    terms = DependentTerms(
        folder=batch.layout.output_name(batch.manifest.output.dir),
        file_fault=batch.file_fault,
        retry_failed=request.selection.retry_failed,
        force=request.selection.force,
    )
    return gather_dependents(plan, batch.expansion.jobs, terms, store, made_files)
