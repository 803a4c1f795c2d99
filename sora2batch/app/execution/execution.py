"""One batch carried out: locked, planned, agreed to, executed, written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.renaming import follow_keys
from sora2batch.app.execution.consent import agree, check_means
from sora2batch.app.execution.later_jobs import became_possible, dependents_of, to_take_up
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.execution.result_renaming import put_right
from sora2batch.app.execution.settling import held, settle_before_planning
from sora2batch.app.execution.spending import spending_of
from sora2batch.app.execution.storage_check import check_keeping
from sora2batch.app.planning.saved_plan import plan_again, proof_of
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import is_led_out
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import Plan
from sora2batch.plan.budget import check_tools
from sora2batch.plan.decision import FileFault
from sora2batch.plan.render_text import totals_line
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.stages import Stages, has_work
from sora2batch.run.stop_signal import StopRequest, StopSignal
from sora2batch.sjinn.api_error import UnreachableError


def check_beforehand(batches: Sequence[Batch], request: RunRequest) -> None:
    """Find out before the first of several batches costs anything whether a later one could not begin.

    Raises:
        Sora2BatchError: a lockfile cannot be read, a tool is gone, the key or the consent is missing, a
            setting is no good, or results could not be kept.
    """
    for batch in batches:
        check_way(batch)
        batch.run_options(request.concurrency)
        plan = batch.plan(batch.read_lockfile(), request.selection)
        check_tools(plan, batch.catalog)
        check_means(batch, plan, request)
        if (spending := spending_of(plan, request)).is_any:
            check_keeping(batch, spending.jobs, request)


def carry_out(batch: Batch, request: RunRequest) -> Outcome:
    """Run one batch; the lockfile is held from before the plan until the last line is written.

    Raises:
        Sora2BatchError: nothing was sent, or the results could not be written.
    """
    check_way(batch)
    request = with_store(batch, request)
    with held(batch) as store:
        fault = file_fault_for(batch, request.stages)
        plan = _plan(batch, store, request, fault)
        batch = batch.at(store.lockfile)
        made = MadeFiles(store.lockfile.entries.values()) if plan.is_staged else None
        dependents = dependents_of(batch, plan, store, made, request) if made else None
        if request.events:
            request.events.planned(batch.manifest.file, plan)
        stop_signal, silence = StopSignal(), None
        if has_work(plan, request.stages):
            price = batch.credit_price
            agreement = agree(batch, plan, request)
            follow_keys(batch.expansion.jobs, store)
            from sora2batch.app.execution.launch import AgreedRun, launch  # noqa: PLC0415  # loads the network

            run = AgreedRun(
                batch=batch,
                plan=plan,
                store=store,
                request=request,
                stop_signal=stop_signal,
                payer=agreement.payer,
                seen_inputs=agreement.seen_inputs,
                credit_price=price,
                dependents=dependents,
                made=made,
            )
            silence = launch(run)
        else:
            idle = "nothing to download" if request.stages is Stages.DOWNLOAD else "nothing to do"
            request.printer.info(f"{batch.manifest.file}: {idle}: {totals_line(plan)}")
            follow_keys(batch.expansion.jobs, store)
            run_loop(partial(_finish, batch, plan, store, request))
        was_sent = store.lockfile.spent != plan.money.spent
        stops = stop_signal.stops + _cut_off(stop_signal, None if was_sent else silence)
        jobs, room = plan.jobs, 0
        if dependents:
            waiting = to_take_up(plan, request)
            jobs += became_possible(batch, waiting, dependents, store.lockfile)
            room = dependents.room or 0
        return replace(assess(jobs, store.lockfile, fault, stops, request.stages), room=room)


def with_store(batch: Batch, request: RunRequest) -> RunRequest:
    """Have results put in the store, if the manifest wants that; who downloads only writes nothing there."""
    if not batch.stores_outputs or Stages.ALL not in request.stages:
        return request
    return replace(request, stages=request.stages | Stages.STORE)


def file_fault_for(batch: Batch, stages: Stages) -> FileFault:
    """Choose how closely to look at files: whoever asks for nothing but files has them opened."""
    if stages is Stages.DOWNLOAD:
        return OpenedArtifacts(batch.output_dir).opened_fault
    return batch.file_fault


def _cut_off(stop_signal: StopSignal, silence: str | None) -> tuple[StopRequest, ...]:
    """Say that the API is not there, where it was that which ended the submitting."""
    if silence is None or not any(stop.reason is StopReason.UNAVAILABLE for stop in stop_signal.stops):
        return ()
    error = UnreachableError(silence)
    return (StopRequest(reason=StopReason.UNREACHABLE, message=error.message, error=error),)


def _plan(batch: Batch, store: LockfileStore, request: RunRequest, fault: FileFault) -> Plan:
    """Look into doubts and make the plan; a saved one settles only doubts that it made itself.

    Raises:
        StalePlanError: something else than its own run changed what a saved plan was made from.
    """
    saved = request.saved
    if saved:
        saved.check(proof_of(batch, store.lockfile), store.lockfile)
    if Stages.SUBMIT in request.stages:
        ours = saved.baseline.submits if saved else None
        run_loop(partial(settle_before_planning, batch, store, request.printer, only=ours))
    if saved:
        return plan_again(batch, store.lockfile, saved)
    return batch.plan(store.lockfile, request.selection, fault)


def check_way(batch: Batch) -> None:
    """Keep a link of a folder that came from a stranger from putting files elsewhere.

    Raises:
        UsageError: the output folder is somewhere else than the manifest says.
    """
    if is_led_out(batch.output_dir, batch.manifest.path.parent):
        raise UsageError(
            f"{batch.output_dir} leads out of the manifest's folder, through a link; nothing was sent",
            hint="name the folder that it leads to in output.dir, if that is what you want",
        )


async def _finish(batch: Batch, plan: Plan, store: LockfileStore, request: RunRequest) -> None:
    """Write what changed, if anything did."""
    if Stages.DOWNLOAD in request.stages:
        await put_right(batch, plan, store, request.printer)
        return
    async with store.session():
        await store.checkpoint()
