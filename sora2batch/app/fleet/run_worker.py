"""What ``worker`` does: it works for the account of its key until somebody tells it to end."""

from __future__ import annotations

import os
import shutil
import signal
from asyncio import Event as Flag
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.backend.api_client import open_client
from sora2batch.app.backend.connection import Access, find_access
from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.execution.event_stream import EventStream
from sora2batch.app.fleet.account_name import account_name
from sora2batch.app.fleet.connected import connected, find_queue
from sora2batch.app.fleet.worker_look import WorkerLook
from sora2batch.app.fleet.worker_urls import open_worker_urls
from sora2batch.app.output.output import Display
from sora2batch.app.process.loop import run_loop
from sora2batch.catalog.catalog import load_catalog
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.fleet.submission.lane_context import LaneContext
from sora2batch.fleet.submission.submit_lane import run_submit_lane
from sora2batch.fleet.workers.open_stores import OpenStores
from sora2batch.fleet.workers.temporary_folders import folder_place, sweep
from sora2batch.fleet.workers.worker_context import WHOLE_WORKER, FleetListener, WorkerContext
from sora2batch.fleet.workers.worker_process import Lane, WorkerProcess
from sora2batch.fleet.workers.worker_row import register
from sora2batch.fleet.workers.worker_settings import WorkerSettings
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Event, Warned
from sora2batch.sjinn.downloader import Downloader

_CHECK_PROCESSES = 2
_SPARE_CONNECTIONS = 6
"""Beside one for each media job under way: the lanes, the engine, the beat."""


@dataclass(frozen=True, kw_only=True)
class WorkerArgs:
    """What was given on the command line."""

    lanes: str
    concurrency: int
    as_jsonl: bool
    tools_dirs: tuple[Path, ...]


class _Means(NamedTuple):
    """What a worker begins with."""

    args: WorkerArgs
    lanes: tuple[Lane, ...]
    queue: QueueUrl
    access: Access
    display: Display


@dataclass(slots=True)
class _Ending:
    """The first signal ends a worker in peace, as soon as there is one; the next one ends it at once."""

    display: Display
    process: WorkerProcess | None = None
    is_begun: bool = False

    def take(self, number: signal.Signals) -> bool:
        """Take a signal; tell whether it was."""
        del number
        if self.process is None or self.is_begun:
            return False
        self.is_begun = True
        self.display.info("ending; waiting for the answers of calls under way (again: at once)")
        self.process.stop()
        return True


def run_worker(args: WorkerArgs, display: Display) -> ExitCode:
    """Work until a signal comes.

    Raises:
        UsageError: there is no queue or no key, or a lane is none.
        FleetError: the database cannot be reached, or is not set up.
        ApiError: the API does not tell whose key it is.
        KeyRefusedError: the API refused the key.
    """
    lanes = read_lanes(args.lanes)
    queue, access = find_queue(), find_access(os.environ, can_simulate=False)
    ending = _Ending(display)
    means = _Means(args, lanes, queue, access, display)
    run_loop(partial(_work, means, ending), take=ending.take)
    return ExitCode.DONE


def read_lanes(text: str) -> tuple[Lane, ...]:
    """Read lanes, in whatever order, each once.

    Raises:
        UsageError: one of them is none, or there is none.
    """
    names = [one.strip() for one in text.split(",") if one.strip()]
    known = {one.value: one for one in Lane}
    if not names or not known.keys() >= set(names):
        wrong = next((one for one in names if one not in known), "")
        raise UsageError(f"--lanes: {wrong!r} is none", hint=f"some of {','.join(known)}")
    return tuple(one for one in Lane if one.value in names)


async def _work(means: _Means, ending: _Ending) -> None:
    async with _context(means) as context:
        told = f"worker {context.worker}: {', '.join(means.lanes)} for {context.account}"
        means.display.info(f"{told}, queue {means.queue}; Ctrl-C ends it")
        ending.process = WorkerProcess(context, means.lanes, partial(_create_tasks, set()))
        await ending.process.run()
    means.display.info(f"worker {context.worker} has ended; what is left to do others find")


@asynccontextmanager
async def _context(means: _Means) -> AsyncIterator[WorkerContext]:
    args, lanes, queue, access, display = means
    settings = WorkerSettings(media_jobs=args.concurrency)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        api = await enter(open_client(access))
        asked = await api.account()
        host = access.endpoint.host
        account = account_name(host, asked.identity, access.key)
        connections = args.concurrency + _SPARE_CONNECTIONS
        database = await enter(connected(queue, "worker", most_connections=connections))
        worker = await register(database, account, lanes)
        place = folder_place(database)
        await sweep(database, place, timedelta(seconds=settings.dead_seconds))
        folder = place / str(worker)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        checker = await enter(ClipChecker(min(_CHECK_PROCESSES, os.cpu_count() or 1)))
        catalog = load_catalog(tools_dirs_for(Path(), args.tools_dirs))
        yield WorkerContext(
            database=database,
            account=account,
            worker=worker,
            api=api,
            clock=api.clock,
            identity=ApiIdentity(host=host, account=asked.identity if api.clock.is_told else None),
            fetcher=await enter(Downloader(clock=api.clock, key=access.key)),
            stores=await enter(OpenStores(os.environ)),
            looking=WorkerLook(catalog, checker),
            folder=folder,
            listener=_listener(args, display),
            settings=settings,
        )


def _listener(args: WorkerArgs, display: Display) -> FleetListener:
    if not args.as_jsonl:
        return display.event
    stream = EventStream(display)

    def tell(manifest: str, happened: Event, /) -> None:
        stream.tell(manifest, happened)
        display.event(manifest, happened)

    return tell


async def _create_tasks(unsure: set[int], context: WorkerContext, stopping: Flag, /) -> None:
    def listen(happened: Event, /) -> None:
        context.listener(WHOLE_WORKER, happened)

    lane = LaneContext(
        database=context.database,
        account=context.account,
        worker=context.worker,
        api=context.api,
        clock=context.clock,
        identity=context.identity,
        open_urls=partial(open_worker_urls, context),
        listener_of=lambda manifest: partial(context.listener, manifest),
        say=lambda message: listen(Warned(message=message)),
        stopping=stopping,
        grace_seconds=context.settings.grace_seconds,
        unsure=unsure,
    )
    await run_submit_lane(lane)
