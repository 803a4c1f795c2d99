"""One batch carried out by workers: planned and agreed to here, reserved, followed, and brought home."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial

from sora2batch.app.backend.connection import find_access
from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.config.settings import checks_clips
from sora2batch.app.execution.consent import agree
from sora2batch.app.execution.execution import check_way, file_fault_for, with_store
from sora2batch.app.execution.later_jobs import to_take_up
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.fleet.account_name import account_name, own_account
from sora2batch.app.fleet.batch_name import BatchName, name_of
from sora2batch.app.fleet.connected import connected
from sora2batch.app.fleet.file_pull import pull_files
from sora2batch.app.fleet.fleet_settle import settle_before_reserving
from sora2batch.app.fleet.line_pull import FleetKnowledge, ask_fleet, fold_in, wait_for_local_run
from sora2batch.app.fleet.reserving import whoever_asks
from sora2batch.app.fleet.rounds import Rounds, SharedWork
from sora2batch.app.fleet.shared_plan import SharedPlanner, is_left_to_workers
from sora2batch.app.process.loop import run_loop
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.known_batch import KnownBatch
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.decision import FileFault
from sora2batch.plan.render_text import totals_line
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages, has_work

SIMULATE_HINT = "start `sora2batch simulate`, and point SORA2BATCH_API_URL at it here and where workers run"


def carry_out_shared(queue: QueueUrl, batch: Batch, request: RunRequest) -> Outcome:
    """Have workers run one batch; its lockfile is held for moments only.

    Raises:
        Sora2BatchError: nothing was reserved, or the results could not be written.
    """
    if batch.simulated:
        raise UsageError(f"{batch.manifest.file}: workers do not simulate", hint=SIMULATE_HINT)
    check_way(batch)
    request = with_store(batch, request)
    name = name_of(batch.manifest.path)
    wait_for_local_run(batch)
    known = run_loop(partial(_known, queue, batch, name, request))
    fold_in(batch, known.entries)
    _fetch_for_stages(batch, request)
    lockfile = batch.read_lockfile()
    fault = file_fault_for(batch, request.stages)
    planner = SharedPlanner(
        batch=batch, knowledge=known, selection=request.selection, saved=request.saved, fault=fault
    )
    plan = planner.plan(lockfile)
    batch = batch.at(lockfile)
    if request.events:
        request.events.planned(batch.manifest.file, plan)
    if not has_work(plan, request.stages):
        request.printer.info(f"{batch.manifest.file}: nothing to do: {totals_line(plan)}")
        if planner.reserved_notice:
            request.printer.info(f"notice: {planner.reserved_notice}")
        judged = [one for one in plan.jobs if not is_left_to_workers(one, lockfile)]
        return assess(judged, lockfile, fault, (), request.stages)
    if not has_work(plan, request.stages & ~Stages.DOWNLOAD) and not to_take_up(plan, request):
        return _fetch_only(batch, plan, request, fault)
    agreement = agree(batch, plan, request)
    work = SharedWork(
        queue=queue,
        batch=batch,
        name=name,
        plan=plan,
        lockfile=lockfile,
        request=request,
        terms=_terms(batch, name, request, _account(known.batch, agreement.payer, plan)),
        payer=agreement.payer,
        seen_inputs=agreement.seen_inputs,
    )
    return Rounds(work).carry_out(fault)


def _fetch_for_stages(batch: Batch, request: RunRequest) -> None:
    """Bring home what others are made from: only then it is known which these are, and that they are paid."""
    if batch.expansion.stages is None or Stages.DOWNLOAD not in request.stages:
        return
    tried: set[Fingerprint] = set()
    while True:
        plan = batch.plan(batch.read_lockfile(), replace(request.selection, limit=None))
        wanted = {one.job.fingerprint for one in plan.with_action(Action.DOWNLOAD)} - tried
        if not wanted or not plan.waiting:
            return
        tried |= wanted
        pull_files(batch, request, wanted)


def _fetch_only(batch: Batch, plan: Plan, request: RunRequest, fault: FileFault) -> Outcome:
    """Bring home what workers have finished; nobody is asked for anything else."""
    agree(batch, plan, request)
    stops = pull_files(batch, request, {one.job.fingerprint for one in plan.jobs})
    return assess(plan.jobs, batch.read_lockfile(), fault, stops, request.stages)


async def _known(queue: QueueUrl, batch: Batch, name: BatchName, request: RunRequest) -> FleetKnowledge:
    """Ask the fleet; what the ledger proves was never charged is no doubt any more, and can be reserved."""
    may_settle = Stages.SUBMIT in request.stages and not request.saved
    async with connected(queue, "run", most_connections=1) as database:
        found = await ask_fleet(database, batch, name)
        if not found.batch or not found.has_doubts or not may_settle:
            return found
        await settle_before_reserving(database, batch, found.batch, request.printer)
        return await ask_fleet(database, batch, name)


def _account(known: KnownBatch | None, payer: Payer, plan: Plan) -> str:
    """Find out who pays: who is asked for money has told; else it is who has paid so far."""
    if known and not plan.with_action(Action.SUBMIT):
        return known.account
    if payer.balance is None:
        return own_account()
    access = find_access(os.environ)
    return account_name(access.endpoint.host, payer.identity, access.key)


def _terms(batch: Batch, name: BatchName, request: RunRequest, account: str) -> BatchTerms:
    store, ceiling = batch.store, batch.ceiling
    return BatchTerms(
        aliases=name.aliases,
        manifest=name.manifest,
        account=account,
        budget=Credits(min(batch.budget, ceiling.value) if ceiling else batch.budget),
        options=batch.run_options(request.concurrency),
        fail_fast=request.on_failure is OnFailure.STOP_SUBMITTING,
        checks=checks_clips(batch.manifest),
        store_url=store.url if store else None,
        public_url=store.public_url if store else None,
        reserved_by=whoever_asks(),
    )
