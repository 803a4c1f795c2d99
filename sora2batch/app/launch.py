"""A plan that was agreed to, in an event loop: the API is opened, the run begins, signals are heard."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from functools import partial

from sora2batch.app.backend import World, download_world, real_world, simulated_world
from sora2batch.app.batch import Batch
from sora2batch.app.failure import Terminated
from sora2batch.app.keeping import options_of
from sora2batch.app.loop import pulling, run_loop
from sora2batch.app.planning import Payer
from sora2batch.app.request import Wishes
from sora2batch.app.shelving import shelf_of, tell_moves
from sora2batch.cli.show.progress import progress
from sora2batch.ground.clock import Clock
from sora2batch.lockfile.lockfile_error import JournalError, SaveError
from sora2batch.lockfile.store import LockfileStore
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Plan
from sora2batch.run.budget_tracker import Purse
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.entries import Asked
from sora2batch.run.event import Listener
from sora2batch.run.execute import Order, execute
from sora2batch.run.folder import OutputFolder
from sora2batch.run.handle import find_handles
from sora2batch.run.pace import Pause, Slots
from sora2batch.run.port import Site
from sora2batch.run.restore_names import bring_back, is_called_for
from sora2batch.run.stages import Stages, asks_the_api
from sora2batch.run.stop_signal import Brake, Halt


def drive(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, brake: Brake, payer: Payer
) -> str | None:
    """Run to the end, or to the second signal: what happened until then is on disk as well.

    What is returned is why nothing at all came back from the API; None where something did. A lockfile that
    cannot be written in the end is one more reason to stop: the journal has everything.
    """
    try:
        return run_loop(partial(_execute, batch, plan, store, wishes, brake, payer), take=pulling(brake))
    except (KeyboardInterrupt, Terminated) as end:
        if not any(stop.halt.is_signal for stop in brake.stops):
            raise
        _note_trouble(brake, end.__cause__)
    except (SaveError, JournalError) as error:
        _note_trouble(brake, error)
    return None


def _note_trouble(brake: Brake, error: BaseException | None) -> None:
    if isinstance(error, SaveError | JournalError):
        brake.pull(Halt.DISK, error.message, error=error)


async def _execute(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, brake: Brake, payer: Payer
) -> str | None:
    with progress(plan, wishes.stages, wishes.chatter) as listener:
        async with store.session(), _open_world(batch, plan, store, wishes, payer.clock) as world:
            site = _site(batch, plan, store, wishes, brake, world, listener, payer)
            order = Order(plan=plan, stages=wishes.stages, expected_seconds=_expected(batch, world))
            shelf = shelf_of(batch, store)
            async with regular_checkpoints(store, listener):
                if Stages.DOWNLOAD in wishes.stages and is_called_for(plan.jobs, batch.output_dir):
                    await bring_back(shelf, plan.jobs)
                await execute(site, order, OutputFolder(batch.output_dir, world.fetcher, shelf))
            tell_moves(batch, shelf, wishes.chatter)
            return world.api.silence


def _open_world(
    batch: Batch, plan: Plan, store: LockfileStore, wishes: Wishes, clock: Clock
) -> AbstractAsyncContextManager[World]:
    if batch.simulated:
        return simulated_world(batch.catalog, store.lockfile)
    if not asks_the_api(plan, wishes.stages):
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
    payer: Payer,
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
        asked=Asked(host=world.host, account=payer.account),
    )


def _options(batch: Batch, wishes: Wishes) -> RunOptions:
    options = options_of(batch, wishes)
    handles = find_handles(options)
    return handles.fit(options) if handles else options


def _expected(batch: Batch, world: World) -> dict[str, float]:
    tools = batch.catalog.tools.items()
    return {tool_type: tool.expected_seconds.min / world.speed for tool_type, tool in tools}
