"""One batch carried out: locked, planned, agreed to, executed, written down."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from sora2batch.app.backend.connection import find_access, find_endpoint
from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.renaming import follow_keys
from sora2batch.app.config.settings import images_above_for
from sora2batch.app.execution.dependents import dependents_of
from sora2batch.app.execution.input_means import check_inputs
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.execution.result_renaming import put_right
from sora2batch.app.execution.settling import held, settle_before_planning
from sora2batch.app.execution.storage_check import check_keeping
from sora2batch.app.output.output import RunDisplay
from sora2batch.app.planning import check_account, check_plan, outlook_for
from sora2batch.app.preflight import check_before_paying
from sora2batch.app.process.loop import run_loop
from sora2batch.app.saved_plan import plan_again, proof_of
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.credit_price import CreditPrice, credits_in_words
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.option_words import option
from sora2batch.ground.plainfile import is_led_out
from sora2batch.ground.stop_reason import StopReason
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Seen
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.budget import check_charges, check_tools
from sora2batch.plan.decision import FileFault
from sora2batch.plan.host import check_host
from sora2batch.plan.render_text import money_line, totals_line, warning_lines
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.stages import Stages, asks_the_api, has_work
from sora2batch.run.stop_signal import StopRequest, StopSignal
from sora2batch.sjinn.api_error import UnreachableError
from sora2batch.sjinn.secret import load_key

_CHARGES_COUNT_FOR = timedelta(days=1)


class DeclinedError(Sora2BatchError):
    """Whoever was asked said no, or Ctrl-C; nothing was sent."""

    exit_code = StopReason.DECLINED.exit_code


class _Agreement(NamedTuple):
    """What was found out before somebody agreed."""

    payer: Payer
    seen_inputs: Mapping[Fingerprint, Seen]


def check_beforehand(batches: Sequence[Batch], request: RunRequest) -> None:
    """Find out before the first of several batches costs anything whether a later one could not begin.

    Raises:
        Sora2BatchError: a lockfile cannot be read, a tool is gone, the key or the consent is missing, a
            setting is no good, or results could not be kept.
    """
    for batch in batches:
        _check_way(batch)
        batch.run_options(request.concurrency)
        plan = batch.plan(batch.read_lockfile(), request.selection)
        check_tools(plan, batch.catalog)
        _check_means(batch, plan, request)
        if _spends(plan, request.stages):
            check_keeping(batch, plan, request)


def carry_out(batch: Batch, request: RunRequest) -> Outcome:
    """Run one batch; the lockfile is held from before the plan until the last line is written.

    Raises:
        Sora2BatchError: nothing was sent, or the results could not be written.
    """
    _check_way(batch)
    request = _with_store(batch, request)
    with held(batch) as store:
        fault = _file_fault(batch, request.stages)
        plan = _plan(batch, store, request, fault)
        batch = batch.at(store.lockfile)
        made = MadeFiles(store.lockfile.entries.values()) if plan.is_staged else None
        dependents = (
            dependents_of(batch, plan, store, fault, made) if made and request.saved is None else None
        )
        if request.events:
            request.events.planned(batch.manifest.file, plan)
        stop_signal, silence = StopSignal(), None
        if has_work(plan, request.stages):
            price = batch.credit_price
            agreement = _agree(batch, plan, request)
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
            request.printer.info(f"{batch.manifest.file}: nothing to do: {totals_line(plan)}")
            follow_keys(batch.expansion.jobs, store)
            run_loop(partial(_finish, batch, plan, store, request))
        was_sent = store.lockfile.spent != plan.money.spent
        stops = stop_signal.stops + _cut_off(stop_signal, None if was_sent else silence)
        jobs = (*plan.jobs, *(dependents.made if dependents else ()))
        return assess(jobs, store.lockfile, fault, stops, request.stages)


def _with_store(batch: Batch, request: RunRequest) -> RunRequest:
    """Have results put in the store, if the manifest wants that; who downloads only writes nothing there."""
    if not batch.stores_outputs or Stages.ALL not in request.stages:
        return request
    return replace(request, stages=request.stages | Stages.STORE)


def _file_fault(batch: Batch, stages: Stages) -> FileFault:
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


def _check_way(batch: Batch) -> None:
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


def _agree(batch: Batch, plan: Plan, request: RunRequest) -> _Agreement:
    """Show the sums, refuse what cannot be paid, and ask whoever is there.

    Intents are stamped with the payer's clock. It is the API's where anything is to be submitted: the first
    call's intent, too, must not be stamped by a machine whose clock is wrong.

    Raises:
        Sora2BatchError: the plan must not, or cannot, be carried out; nothing was sent.
    """
    request.printer.info(f"{batch.manifest.file}: {totals_line(plan)}")
    outlook = outlook_for(batch, plan, batch.run_options(request.concurrency))
    request.printer.info(money_line(plan, outlook.credit_price))
    if told := outlook.time_line if Stages.WAIT in request.stages else None:
        request.printer.info(told)
    for line in warning_lines(replace(plan, notices=request.told.new(plan.notices, batch.catalog))):
        request.printer.info(line)
    if _spends(plan, request.stages):
        check_plan(batch, plan)
        check_charges(plan, batch.catalog, since=SystemClock().now() - _CHARGES_COUNT_FOR)
        check_inputs(batch, plan.with_action(Action.SUBMIT), request.printer)
    _check_means(batch, plan, request)
    if not batch.simulated and load_key(os.environ):
        endpoint = find_endpoint(os.environ)
        check_host(plan, endpoint.host, variable=endpoint.origin)
    if _spends(plan, request.stages):
        check_keeping(batch, plan, request)
    if not _spends(plan, request.stages) or batch.simulated:
        return _Agreement(Payer(clock=SystemClock()), {})
    payer = check_account(plan)
    looks_at_urls = request.looks_at_urls and plan.money.to_spend > images_above_for(batch.manifest)
    jobs = [one.job for one in plan.with_action(Action.SUBMIT)]
    seen = check_before_paying(
        batch, jobs, request.printer, looks_at_urls=looks_at_urls, is_strict=request.is_strict
    )
    if not request.agreed:
        _ask(plan, request.printer, outlook.credit_price)
    return _Agreement(payer, seen)


def _check_means(batch: Batch, plan: Plan, request: RunRequest) -> None:
    """Look for the key and for somebody to ask before any of them is needed.

    Raises:
        UsageError: the key is missing, or nobody is there to ask and --yes was not given.
    """
    if batch.simulated:
        return
    if asks_the_api(plan, request.stages):
        find_access(os.environ)
    if _spends(plan, request.stages) and not request.agreed and not request.printer.can_ask:
        raise UsageError(
            f"{plan.manifest}: this would spend {plan.money.to_spend:,} credits and nobody is there to ask",
            hint=f"say {option('yes', True)} if that is what you want",
        )


def _spends(plan: Plan, stages: Stages) -> bool:
    return Stages.SUBMIT in stages and plan.counts[Action.SUBMIT] > 0


def _ask(plan: Plan, printer: RunDisplay, price: CreditPrice | None) -> None:
    jobs = counted(plan.counts[Action.SUBMIT], "job")
    later = [one for one in plan.waiting if one.action is Action.WAIT and not one.job.gate]
    more = ""
    if later:
        cost = credits_in_words(sum(one.credits for one in later), price)
        more = f", then the {counted(len(later), 'job')} made from their results for {cost}"
    question = f"Submit {jobs} for {credits_in_words(plan.money.to_spend, price)}{more}?"
    if not printer.confirm(question):
        raise DeclinedError(f"{plan.manifest}: not agreed to; nothing was sent")
