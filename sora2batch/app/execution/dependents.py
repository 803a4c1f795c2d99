"""The jobs of a batch that rest on others, as a run takes them up."""

from __future__ import annotations

from collections.abc import Iterable

from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.request import RunRequest
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Job
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.matrix.stage import output_of
from sora2batch.plan.action import Action, Plan, PlannedJob, WaitingJob
from sora2batch.plan.decision import Decision
from sora2batch.plan.waiting import within_reach
from sora2batch.run.dependents import DependentInputs, Dependents
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
    waiting = to_take_up(plan, request)
    if not waiting:
        return None
    fault = batch.file_fault
    folder = batch.layout.output_name(batch.manifest.output.dir)
    jobs = batch.expansion.jobs
    alike = {one.job.key: one.same_as for one in plan.waiting if one.same_as}
    marks = {job.key: job.fingerprint for job in jobs}
    marks |= {key: marks[other] for key, other in alike.items() if other in marks}

    def known(key: str) -> FileInput | None:
        entry = store.entry(marks[key]) if key in marks else None
        return output_of(entry, folder) if entry else None

    def decide(job: Job) -> PlannedJob:
        entry = store.entry(job.fingerprint)
        decision = Decision(
            entries={job.fingerprint: entry} if entry else {},
            former={},
            retry_failed=request.selection.retry_failed,
            force=request.selection.force,
            file_fault=fault,
        )
        return decision.decide(job)

    inputs = DependentInputs(
        waiting=[one.job for one in waiting], jobs=jobs, alike=alike, room=plan.room, folder=folder
    )
    return Dependents(inputs, known, decide, made_files)
