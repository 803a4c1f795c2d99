"""A plan that was agreed to, in an event loop: the API is opened, the run begins, signals are heard."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sora2batch.app.backend.backend import Backend
from sora2batch.app.backend.open_backend import download_backend, real_backend, simulated_backend
from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.clip_check import clip_check
from sora2batch.app.execution.input_access import open_input_urls
from sora2batch.app.execution.later_jobs import to_take_up
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.execution.result_renaming import renamer_of, tell_moves
from sora2batch.app.execution.storage_check import options_of
from sora2batch.app.execution.store_access import store_access
from sora2batch.app.process.loop import on_signal, run_loop
from sora2batch.app.process.signals import Terminated
from sora2batch.app.tracking.forecast import Forecast
from sora2batch.app.tracking.heartbeat import heartbeat
from sora2batch.app.tracking.run_progress import RunProgress, progress_of
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Seen
from sora2batch.lockfile.lockfile_error import JournalError, SaveError
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.outlook import expected_durations
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.checkpoint import regular_checkpoints
from sora2batch.run.create_lane import CreateLane
from sora2batch.run.dependents import Dependents
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Listener, heard_by
from sora2batch.run.execute import RunSpec, execute
from sora2batch.run.folder import OutputFolder
from sora2batch.run.handle import find_handles
from sora2batch.run.input_urls import InputUrls
from sora2batch.run.journal_attempts import JournalAttempts
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.pace import ConcurrencyLimit
from sora2batch.run.port import RunContext
from sora2batch.run.restore_names import bring_back, is_called_for
from sora2batch.run.stages import Stages, asks_the_api
from sora2batch.run.stop_signal import StopSignal
from sora2batch.run.submit_rate import rate_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedRun:
    """A plan that was agreed to, and all that belongs to carrying it out."""

    batch: Batch
    plan: Plan
    store: LockfileStore
    request: RunRequest
    stop_signal: StopSignal
    payer: Payer
    seen_inputs: Mapping[Fingerprint, Seen]
    credit_price: CreditPrice | None = None
    dependents: Dependents | None = None
    """The jobs that wait for results of others; None where none do, or they are not to be submitted."""
    made: MadeFiles | None = None
    """What tasks have made; None where no job sends that."""
    tells_of_store: bool = True
    """Whether a line says of a file that came from the store that it is there."""


def launch(run: AgreedRun) -> str | None:
    """Run to the end, or to the second signal: what happened until then is on disk as well.

    What is returned is why nothing at all came back from the API; None where something did. A lockfile that
    cannot be written in the end is one more reason to stop: the journal has everything.
    """
    try:
        return run_loop(partial(_execute, run), take=on_signal(run.stop_signal))
    except (KeyboardInterrupt, Terminated) as end:
        if not any(stop.reason.is_signal for stop in run.stop_signal.stops):
            raise
        _note_trouble(run.stop_signal, end.__cause__)
    except (SaveError, JournalError) as error:
        _note_trouble(run.stop_signal, error)
    return None


def _note_trouble(stop_signal: StopSignal, error: BaseException | None) -> None:
    if isinstance(error, SaveError | JournalError):
        stop_signal.request_stop(StopReason.DISK, error.message, error=error)


async def _execute(run: AgreedRun) -> str | None:
    batch, plan, store, stages = run.batch, run.plan, run.store, run.request.stages
    progress = progress_of(plan, stages, run.credit_price)
    with (
        run.request.printer.progress(progress) as shown,
        heartbeat(listener := _listener(run, shown, progress)),
    ):
        opening = store_access(batch, stages, listener, is_told=run.tells_of_store)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(store.session())
            backend = await stack.enter_async_context(_open_backend(run))
            access = await stack.enter_async_context(opening)
            urls = await stack.enter_async_context(
                open_input_urls(batch, _to_submit(run), backend, listener, run.made)
            )
            inspection = await stack.enter_async_context(clip_check(batch, stages))
            context = _context(run, backend, listener, urls)
            progress.forecast = _forecast(run, backend, context.options)
            spec = RunSpec(
                plan=plan,
                stages=stages,
                expected_seconds=_expected(batch, backend),
                dependents=run.dependents,
            )
            renamer = renamer_of(batch, store)
            async with regular_checkpoints(store, listener):
                if Stages.DOWNLOAD in stages and is_called_for(plan.jobs, batch.output_dir):
                    await bring_back(renamer, plan.jobs)
                folder = OutputFolder(batch.output_dir, backend.fetcher, renamer, access.source)
                await execute(context, spec, folder, access.destination, inspection)
            tell_moves(batch, renamer, run.request.printer)
            return backend.api.silence


def _listener(run: AgreedRun, shown: Listener, progress: RunProgress) -> Listener:
    events = run.request.events
    return heard_by(shown, events.listener(run.batch.manifest.file, progress)) if events else shown


def _to_submit(run: AgreedRun) -> list[Job]:
    if Stages.SUBMIT not in run.request.stages:
        return []
    return [one.job for one in run.plan.with_action(Action.SUBMIT)]


def _open_backend(run: AgreedRun) -> AbstractAsyncContextManager[Backend]:
    if run.batch.simulated:
        batch, tell = run.batch, run.request.printer.info
        made = run.made.paths(batch.output_dir) if run.made else {}
        return simulated_backend(batch.catalog, run.store.lockfile, {**made, **batch.input_paths}, tell)
    if run.dependents is None and not asks_the_api(run.plan, run.request.stages):
        return download_backend(os.environ)
    return real_backend(os.environ, run.payer.clock)


def _context(run: AgreedRun, backend: Backend, listener: Listener, urls: InputUrls) -> RunContext:
    options = backend.hasten(_options(run.batch, run.request))
    money, ceiling = run.plan.money, run.batch.ceiling
    budget = min(money.budget, ceiling.value) if ceiling else money.budget
    tracker = BudgetTracker(budget=Credits(budget), spent=money.spent, in_doubt=money.in_doubt)
    return RunContext(
        api=backend.api,
        recorder=run.store,
        listener=listener,
        clock=backend.clock,
        options=options,
        attempts=JournalAttempts(run.store, tracker),
        stop_signal=run.stop_signal,
        concurrency_limit=ConcurrencyLimit(options.concurrency),
        lane=CreateLane(rate=rate_limit(options.submit_rate)),
        input_urls=urls,
        on_failure=run.request.on_failure,
        seen_inputs=run.seen_inputs,
        api_identity=ApiIdentity(host=backend.host, account=run.payer.account),
    )


def _options(batch: Batch, request: RunRequest) -> RunOptions:
    options = options_of(batch, request)
    handles = find_handles(options)
    return handles.fit(options) if handles else options


def _forecast(run: AgreedRun, backend: Backend, options: RunOptions) -> Forecast | None:
    """Foresee how long it takes, where anybody waits for it."""
    if Stages.SUBMIT | Stages.WAIT not in run.request.stages:
        return None
    expected = expected_durations(run.batch.catalog, backend.speed)
    later = to_take_up(run.plan, run.request)
    return Forecast(run.plan, expected, options, SystemClock(), later)


def _expected(batch: Batch, backend: Backend) -> dict[str, float]:
    tools = batch.catalog.tools.items()
    return {tool_type: tool.expected_seconds.min / backend.speed for tool_type, tool in tools}
