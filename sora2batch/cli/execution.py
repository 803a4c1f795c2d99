"""One batch carried out: locked, planned, agreed to, executed, written down."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import click

from sora2batch.cli.batch import Batch
from sora2batch.cli.chatter import Chatter, complain
from sora2batch.cli.connection import find_access
from sora2batch.cli.failure import Terminated
from sora2batch.cli.loop import pulling, run_loop
from sora2batch.cli.planning import check_account, check_plan, proof_of
from sora2batch.cli.progress import progress
from sora2batch.cli.settling import held, settle_before_planning
from sora2batch.cli.world import World, download_world, real_world, simulated_world
from sora2batch.clock import Clock, SystemClock
from sora2batch.errors import ExitCode, Sora2BatchError, UsageError
from sora2batch.lockfile.error import JournalError, SaveError
from sora2batch.lockfile.store import LockfileStore
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.budget import check_charges, check_tools
from sora2batch.plan.model import Action, Plan
from sora2batch.plan.render_text import money_line, totals_line
from sora2batch.plan.saved import SavedPlan
from sora2batch.plan.selection import Selection
from sora2batch.run.brake import Brake, Halt
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.event import Listener
from sora2batch.run.execute import Order, Stages, execute
from sora2batch.run.folder import OutputFolder
from sora2batch.run.outcome import Outcome, assess
from sora2batch.run.pace import Pause, Slots
from sora2batch.run.port import OnFailure, Site
from sora2batch.run.purse import Purse

_CHARGES_COUNT_FOR = timedelta(days=1)
_STAGE_ACTIONS = {
    Stages.SUBMIT: Action.SUBMIT,
    Stages.WAIT: Action.RESUME,
    Stages.DOWNLOAD: Action.DOWNLOAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the flags of a call ask for."""

    selection: Selection
    stages: Stages
    chatter: Chatter
    on_failure: OnFailure = OnFailure.GO_ON
    concurrency: int | None = None
    agreed: bool = False
    """--yes."""
    saved: SavedPlan | None = None


class DeclinedError(Sora2BatchError):
    """Whoever was asked said no, or Ctrl-C; nothing was sent."""

    exit_code = ExitCode.INTERRUPTED


def check_beforehand(batches: Sequence[Batch], wishes: Wishes) -> None:
    """Find out before the first of several batches costs anything whether a later one could not begin.

    Raises:
        Sora2BatchError: a lockfile cannot be read, a tool is gone, the key or the consent is missing.
    """
    for batch in batches:
        plan = batch.plan(batch.read_lockfile(), wishes.selection)
        check_tools(plan, batch.catalog)
        _check_means(batch, plan, wishes)


def carry_out(batch: Batch, wishes: Wishes) -> Outcome:
    """Run one batch; the lockfile is held from before the plan until the last line is written.

    Raises:
        Sora2BatchError: nothing was sent, or the results could not be written.
    """
    with held(batch) as store:
        if wishes.saved:
            wishes.saved.check(proof_of(batch, store.lockfile))
        elif Stages.SUBMIT in wishes.stages:
            run_loop(partial(settle_before_planning, batch, store, wishes.chatter))
        plan = batch.plan(store.lockfile, wishes.selection)
        brake = Brake()
        if _has_work(plan, wishes.stages):
            clock = _agree(batch, plan, wishes)
            _follow_keys(batch, store)
            _drive(batch, plan, store, wishes, brake, clock)
        else:
            wishes.chatter.say(f"{batch.manifest.file}: nothing to do: {totals_line(plan)}")
            _follow_keys(batch, store)
            run_loop(partial(_save, store))
        jobs = [planned.job for planned in plan.jobs]
        return assess(jobs, store.lockfile, batch.artifacts, brake.stops, wishes.stages)


def _drive(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, brake: Brake, clock: Clock
) -> None:
    """Run to the end, or to the second signal: what happened until then is on disk as well.

    A lockfile that cannot be written in the end is one more reason to stop: the journal has everything.
    """
    try:
        run_loop(partial(_execute, batch, plan, store, wishes, brake, clock), take=pulling(brake))
    except (KeyboardInterrupt, Terminated):
        if not brake.is_pulled:
            raise
    except (SaveError, JournalError) as error:
        brake.pull(Halt.DISK, error.message, error=error)


def _follow_keys(batch: Batch, store: LockfileStore) -> None:
    """Give known jobs the names that they have now."""
    for job in batch.expansion.jobs:
        entry = store.entry(job.fingerprint)
        if entry is not None and entry.key != job.key:
            store.rename(job.fingerprint, job.key)


async def _save(store: LockfileStore) -> None:
    """Write what changed, if anything did."""
    async with store.session():
        await store.checkpoint()


def _asks_the_api(plan: Plan, stages: Stages) -> bool:
    """Tell whether a key is needed; files can be fetched without one as long as their URLs work."""
    return _has_work(plan, stages & ~Stages.DOWNLOAD)


def _has_work(plan: Plan, stages: Stages) -> bool:
    counts = plan.counts
    return any(counts[action] for stage, action in _STAGE_ACTIONS.items() if stage in stages)


def _agree(batch: Batch, plan: Plan, wishes: Wishes) -> Clock:
    """Show the sums, refuse what cannot be paid, and ask whoever is there.

    What comes back is the clock to stamp intents with. It is the API's where anything is to be submitted: the
    first call's intent, too, must not be stamped by a machine whose clock is wrong.

    Raises:
        Sora2BatchError: the plan must not, or cannot, be carried out; nothing was sent.
    """
    wishes.chatter.say(f"{batch.manifest.file}: {totals_line(plan)}")
    wishes.chatter.say(money_line(plan))
    for notice in plan.notices:
        wishes.chatter.say(f"notice: {notice}")
    if _spends(plan, wishes.stages):
        check_plan(batch, plan)
        check_charges(plan, batch.catalog, since=SystemClock().now() - _CHARGES_COUNT_FOR)
    _check_means(batch, plan, wishes)
    if not _spends(plan, wishes.stages) or batch.simulated:
        return SystemClock()
    clock = check_account(plan)
    if not wishes.agreed:
        _ask(plan)
    return clock


def _check_means(batch: Batch, plan: Plan, wishes: Wishes) -> None:
    """Look for the key and for somebody to ask before any of them is needed.

    Raises:
        UsageError: the key is missing, or nobody is there to ask and --yes was not given.
    """
    if batch.simulated:
        return
    if _asks_the_api(plan, wishes.stages):
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


async def _execute(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, brake: Brake, clock: Clock
) -> None:
    with progress(plan, wishes.stages, wishes.chatter) as listener:
        async with store.session(), _open_world(batch, plan, store, wishes, clock) as world:
            site = _site(batch, plan, store, wishes, brake, world, listener)
            order = Order(plan=plan, stages=wishes.stages, expected_seconds=_expected(batch, world))
            folder = OutputFolder(batch.output_dir, world.fetcher, store.lockfile.entries.values())
            async with regular_checkpoints(store, listener):
                await execute(site, order, folder)


def _open_world(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, clock: Clock
) -> AbstractAsyncContextManager[World]:
    if batch.simulated:
        return simulated_world(batch.catalog, store.lockfile)
    if not _asks_the_api(plan, wishes.stages):
        return download_world(os.environ)
    return real_world(os.environ, clock)


def _site(
    batch: Batch,
    plan: Plan,
    store: LockfileStore,
    wishes: Wishes,
    brake: Brake,
    world: World,
    listener: Listener,
) -> Site:
    options = world.hasten(_options(batch, wishes))
    money = plan.money
    return Site(
        api=world.api,
        recorder=store,
        listener=listener,
        clock=world.clock,
        options=options,
        purse=Purse(budget=money.budget, spent=money.spent, in_doubt=money.in_doubt),
        brake=brake,
        slots=Slots(options.concurrency),
        pause=Pause(),
        on_failure=wishes.on_failure,
    )


def _options(batch: Batch, wishes: Wishes) -> RunOptions:
    options = batch.manifest.run
    return options if wishes.concurrency is None else replace(options, concurrency=wishes.concurrency)


def _expected(batch: Batch, world: World) -> dict[str, float]:
    tools = batch.catalog.tools.items()
    return {tool_type: tool.expected_seconds.min / world.speed for tool_type, tool in tools}
