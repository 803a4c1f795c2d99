"""A plan that was agreed to, in an event loop: the API is opened, the run begins, signals are heard."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from functools import partial

from sora2batch.app.backend import Backend, download_backend, real_backend, simulated_backend
from sora2batch.app.batch import Batch
from sora2batch.app.failure import Terminated
from sora2batch.app.keeping import options_of
from sora2batch.app.loop import on_signal, run_loop
from sora2batch.app.planning import Payer
from sora2batch.app.request import RunRequest
from sora2batch.app.shelving import shelf_of, tell_moves
from sora2batch.cli.show.progress import progress
from sora2batch.ground.clock import Clock
from sora2batch.lockfile.lockfile_error import JournalError, SaveError
from sora2batch.lockfile.store import LockfileStore
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Plan
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.entries import Asked
from sora2batch.run.event import Listener
from sora2batch.run.execute import RunSpec, execute
from sora2batch.run.folder import OutputFolder
from sora2batch.run.handle import find_handles
from sora2batch.run.pace import ConcurrencyLimit, Pause
from sora2batch.run.port import RunContext
from sora2batch.run.restore_names import bring_back, is_called_for
from sora2batch.run.stages import Stages, asks_the_api
from sora2batch.run.stop_signal import StopReason, StopSignal


def drive(
    batch: Batch, plan: Plan, store: LockfileStore, request: RunRequest, stop_signal: StopSignal, payer: Payer
) -> str | None:
    """Run to the end, or to the second signal: what happened until then is on disk as well.

    What is returned is why nothing at all came back from the API; None where something did. A lockfile that
    cannot be written in the end is one more reason to stop: the journal has everything.
    """
    try:
        return run_loop(
            partial(_execute, batch, plan, store, request, stop_signal, payer), take=on_signal(stop_signal)
        )
    except (KeyboardInterrupt, Terminated) as end:
        if not any(stop.reason.is_signal for stop in stop_signal.stops):
            raise
        _note_trouble(stop_signal, end.__cause__)
    except (SaveError, JournalError) as error:
        _note_trouble(stop_signal, error)
    return None


def _note_trouble(stop_signal: StopSignal, error: BaseException | None) -> None:
    if isinstance(error, SaveError | JournalError):
        stop_signal.request_stop(StopReason.DISK, error.message, error=error)


async def _execute(
    batch: Batch, plan: Plan, store: LockfileStore, request: RunRequest, stop_signal: StopSignal, payer: Payer
) -> str | None:
    with progress(plan, request.stages, request.printer) as listener:
        async with store.session(), _open_backend(batch, plan, store, request, payer.clock) as backend:
            context = _context(batch, plan, store, request, stop_signal, backend, listener, payer)
            spec = RunSpec(plan=plan, stages=request.stages, expected_seconds=_expected(batch, backend))
            shelf = shelf_of(batch, store)
            async with regular_checkpoints(store, listener):
                if Stages.DOWNLOAD in request.stages and is_called_for(plan.jobs, batch.output_dir):
                    await bring_back(shelf, plan.jobs)
                await execute(context, spec, OutputFolder(batch.output_dir, backend.fetcher, shelf))
            tell_moves(batch, shelf, request.printer)
            return backend.api.silence


def _open_backend(
    batch: Batch, plan: Plan, store: LockfileStore, request: RunRequest, clock: Clock
) -> AbstractAsyncContextManager[Backend]:
    if batch.simulated:
        return simulated_backend(batch.catalog, store.lockfile)
    if not asks_the_api(plan, request.stages):
        return download_backend(os.environ)
    return real_backend(os.environ, clock)


def _context(
    batch: Batch,
    plan: Plan,
    store: LockfileStore,
    request: RunRequest,
    stop_signal: StopSignal,
    backend: Backend,
    listener: Listener,
    payer: Payer,
) -> RunContext:
    options = backend.hasten(_options(batch, request))
    money = plan.money
    return RunContext(
        api=backend.api,
        recorder=store,
        listener=listener,
        clock=backend.clock,
        options=options,
        budget_tracker=BudgetTracker(budget=money.budget, spent=money.spent, in_doubt=money.in_doubt),
        stop_signal=stop_signal,
        concurrency_limit=ConcurrencyLimit(options.concurrency),
        pause=Pause(),
        on_failure=request.on_failure,
        asked=Asked(host=backend.host, account=payer.account),
    )


def _options(batch: Batch, request: RunRequest) -> RunOptions:
    options = options_of(batch, request)
    handles = find_handles(options)
    return handles.fit(options) if handles else options


def _expected(batch: Batch, backend: Backend) -> dict[str, float]:
    tools = batch.catalog.tools.items()
    return {tool_type: tool.expected_seconds.min / backend.speed for tool_type, tool in tools}
