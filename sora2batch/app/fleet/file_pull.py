"""Files of tasks that workers have seen to their end: from the store, else from the API, into the folder."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.launch import AgreedRun, launch
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.fleet.line_pull import held_in_turn
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.action import Action, Plan
from sora2batch.run.stages import Stages
from sora2batch.run.stop_signal import StopRequest, StopSignal


def pull_files(batch: Batch, request: RunRequest, wanted: Container[Fingerprint]) -> tuple[StopRequest, ...]:
    """Fetch what is missing of some jobs, the lockfile held meanwhile; tell what ended it early, if anything.

    Raises:
        LockHeldError: somebody holds it for long.
        Sora2BatchError: the store cannot be opened, or what was fetched could not be written down.
    """
    if not _lacking(batch, request, batch.read_lockfile(), wanted).jobs:
        return ()
    stop_signal = StopSignal()
    with held_in_turn(batch) as store:
        plan = _lacking(batch, request, store.lockfile, wanted)
        stages = Stages.DOWNLOAD | (Stages.STORE if batch.stores_outputs else Stages.DOWNLOAD)
        launch(
            AgreedRun(
                batch=batch.at(store.lockfile),
                plan=plan,
                store=store,
                request=replace(request, stages=stages),
                stop_signal=stop_signal,
                payer=Payer(clock=SystemClock()),
                seen_inputs={},
                credit_price=batch.credit_price,
                tells_of_store=batch.stores_outputs,
            )
        )
    return stop_signal.stops


def _lacking(batch: Batch, request: RunRequest, lockfile: Lockfile, wanted: Container[Fingerprint]) -> Plan:
    """Plan what is to be fetched, and nothing else."""
    plan = batch.plan(lockfile, replace(request.selection, limit=None))
    jobs = tuple(one for one in plan.with_action(Action.DOWNLOAD) if one.job.fingerprint in wanted)
    return replace(plan, jobs=jobs, waiting=())
