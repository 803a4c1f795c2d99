"""One batch carried out: locked, planned, agreed to, executed, written down."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import click

from sora2batch.app.batch import Batch
from sora2batch.app.connection import find_access
from sora2batch.app.keeping import check_keeping
from sora2batch.app.loop import run_loop
from sora2batch.app.planning import Payer, check_account, check_plan, plan_again, proof_of
from sora2batch.app.renaming import follow_keys
from sora2batch.app.request import Wishes
from sora2batch.app.settling import held, settle_before_planning
from sora2batch.app.shelving import put_right
from sora2batch.cli.printer import complain
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError
from sora2batch.ground.plainfile import is_led_out
from sora2batch.lockfile.store import LockfileStore
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.budget import check_charges, check_tools
from sora2batch.plan.decision import FileFault
from sora2batch.plan.host import check_host
from sora2batch.plan.render_text import money_line, totals_line
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.stages import Stages, asks_the_api, has_work
from sora2batch.run.stop_signal import Brake, Halt, Stop
from sora2batch.sjinn.api_error import UnreachableError
from sora2batch.sjinn.endpoint import URL_VARIABLE, load_endpoint
from sora2batch.sjinn.secret import load_key

_CHARGES_COUNT_FOR = timedelta(days=1)


class DeclinedError(Sora2BatchError):
    """Whoever was asked said no, or Ctrl-C; nothing was sent."""

    exit_code = ExitCode.INTERRUPTED


def check_beforehand(batches: Sequence[Batch], wishes: Wishes) -> None:
    """Find out before the first of several batches costs anything whether a later one could not begin.

    Raises:
        Sora2BatchError: a lockfile cannot be read, a tool is gone, the key or the consent is missing, or
            results could not be kept.
    """
    for batch in batches:
        _check_way(batch)
        plan = batch.plan(batch.read_lockfile(), wishes.selection)
        check_tools(plan, batch.catalog)
        _check_means(batch, plan, wishes)
        if _spends(plan, wishes.stages):
            check_keeping(batch, plan, wishes)


def carry_out(batch: Batch, wishes: Wishes) -> Outcome:
    """Run one batch; the lockfile is held from before the plan until the last line is written.

    Raises:
        Sora2BatchError: nothing was sent, or the results could not be written.
    """
    _check_way(batch)
    with held(batch) as store:
        fault = _file_fault(batch, wishes.stages)
        plan = _plan(batch, store, wishes, fault)
        brake, silence = Brake(), None
        if has_work(plan, wishes.stages):
            payer = _agree(batch, plan, wishes)
            follow_keys(batch.expansion.jobs, store)
            from sora2batch.app.launch import drive  # noqa: PLC0415  # the network is for those who have work

            silence = drive(batch, plan, store, wishes, brake, payer)
        else:
            wishes.chatter.say(f"{batch.manifest.file}: nothing to do: {totals_line(plan)}")
            follow_keys(batch.expansion.jobs, store)
            run_loop(partial(_finish, batch, plan, store, wishes))
        was_sent = store.lockfile.spent != plan.money.spent
        stops = brake.stops + _cut_off(brake, None if was_sent else silence)
        return assess(plan.jobs, store.lockfile, fault, stops, wishes.stages)


def _file_fault(batch: Batch, stages: Stages) -> FileFault:
    """Choose how closely to look at files: whoever asks for nothing but files has them opened."""
    return batch.artifacts.opened_fault if stages is Stages.DOWNLOAD else batch.artifacts.quick_fault


def _cut_off(brake: Brake, silence: str | None) -> tuple[Stop, ...]:
    """Say that the API is not there, where it was that which ended the submitting."""
    if silence is None or not any(stop.halt is Halt.UNAVAILABLE for stop in brake.stops):
        return ()
    error = UnreachableError(silence)
    return (Stop(halt=Halt.UNREACHABLE, message=error.message, error=error),)


def _plan(batch: Batch, store: LockfileStore, wishes: Wishes, fault: FileFault) -> Plan:
    """Look into doubts and make the plan; a saved one settles only doubts that it made itself.

    Raises:
        StalePlanError: something else than its own run changed what a saved plan was made from.
    """
    saved = wishes.saved
    if saved:
        saved.check(proof_of(batch, store.lockfile), store.lockfile)
    if Stages.SUBMIT in wishes.stages:
        ours = saved.onset.submits if saved else None
        run_loop(partial(settle_before_planning, batch, store, wishes.chatter, only=ours))
    if saved:
        return plan_again(batch, store.lockfile, saved)
    return batch.plan(store.lockfile, wishes.selection, fault)


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


async def _finish(batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes) -> None:
    """Write what changed, if anything did."""
    if Stages.DOWNLOAD in wishes.stages:
        await put_right(batch, plan, store, wishes.chatter)
        return
    async with store.session():
        await store.checkpoint()


def _agree(batch: Batch, plan: Plan, wishes: Wishes) -> Payer:
    """Show the sums, refuse what cannot be paid, and ask whoever is there.

    Intents are stamped with the payer's clock. It is the API's where anything is to be submitted: the first
    call's intent, too, must not be stamped by a machine whose clock is wrong.

    Raises:
        Sora2BatchError: the plan must not, or cannot, be carried out; nothing was sent.
    """
    wishes.chatter.say(f"{batch.manifest.file}: {totals_line(plan)}")
    wishes.chatter.say(money_line(plan))
    for notice in wishes.told.new(plan.notices, batch.catalog):
        wishes.chatter.say(f"notice: {notice}")
    if _spends(plan, wishes.stages):
        check_plan(batch, plan)
        check_charges(plan, batch.catalog, since=SystemClock().now() - _CHARGES_COUNT_FOR)
    _check_means(batch, plan, wishes)
    if not batch.simulated and load_key(os.environ):
        check_host(plan, load_endpoint(os.environ).host, variable=URL_VARIABLE)
    if _spends(plan, wishes.stages):
        check_keeping(batch, plan, wishes)
    if not _spends(plan, wishes.stages) or batch.simulated:
        return Payer(clock=SystemClock())
    payer = check_account(plan)
    if not wishes.agreed:
        _ask(plan)
    return payer


def _check_means(batch: Batch, plan: Plan, wishes: Wishes) -> None:
    """Look for the key and for somebody to ask before any of them is needed.

    Raises:
        UsageError: the key is missing, or nobody is there to ask and --yes was not given.
    """
    if batch.simulated:
        return
    if asks_the_api(plan, wishes.stages):
        find_access(os.environ)
    is_somebody_there = sys.stdin.isatty() and sys.stderr.isatty()
    if _spends(plan, wishes.stages) and not wishes.agreed and not is_somebody_there:
        raise UsageError(
            f"{plan.manifest}: this would spend {plan.money.to_spend:,} credits and nobody is there to ask",
            hint="say --yes if that is what you want",
        )


def _spends(plan: Plan, stages: Stages) -> bool:
    return Stages.SUBMIT in stages and plan.counts[Action.SUBMIT] > 0


def _ask(plan: Plan) -> None:
    count = plan.counts[Action.SUBMIT]
    question = f"Submit {count:,} {'job' if count == 1 else 'jobs'} for {plan.money.to_spend:,} credits?"
    try:
        is_agreed = click.confirm(question, err=True)
    except click.Abort:
        complain("")
        is_agreed = False
    if not is_agreed:
        raise DeclinedError(f"{plan.manifest}: not agreed to; nothing was sent")
