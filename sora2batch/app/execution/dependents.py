"""The jobs of a batch that rest on others, as a run takes them up."""

from __future__ import annotations

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Job
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.matrix.stage import first_output
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.decision import Decision, FileFault
from sora2batch.run.dependents import Dependents
from sora2batch.run.made_files import MadeFiles


def dependents_of(
    batch: Batch, plan: Plan, store: LockfileStore, fault: FileFault, made_files: MadeFiles
) -> Dependents | None:
    """Gather the jobs of a plan that wait for others; None where there are none."""
    waiting = [one.job for one in plan.waiting if one.action is Action.WAIT]
    if not waiting:
        return None
    folder = batch.layout.output_name(batch.manifest.output.dir)
    jobs = batch.expansion.jobs
    marks = {job.key: job.fingerprint for job in jobs}

    def known(key: str) -> FileInput | None:
        entry = store.entry(marks[key]) if key in marks else None
        return first_output(entry.primary, folder) if entry else None

    def decide(job: Job) -> PlannedJob:
        entry = store.entry(job.fingerprint)
        entries = {job.fingerprint: entry} if entry else {}
        decision = Decision(entries=entries, former={}, retry_failed=False, force=False, file_fault=fault)
        return decision.decide(job)

    return Dependents(waiting, jobs, known, decide, made_files, folder)
