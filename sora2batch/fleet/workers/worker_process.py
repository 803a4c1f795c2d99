"""A worker: its lanes side by side in one event loop, a sign of life, and an end in which nothing is lost.

A database that is away for a while ends nothing: each lane waits for it, and it is told once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from sora2batch.fleet.database.engine import FETCH, SUBMIT, Call, enqueue, queue_of
from sora2batch.fleet.workers.engine_worker import Duty, EngineWorker
from sora2batch.fleet.workers.janitor import Janitor
from sora2batch.fleet.workers.media_lane import MediaLane
from sora2batch.fleet.workers.poll_lane import PollLane
from sora2batch.fleet.workers.worker_context import WHOLE_WORKER, CreateTasks, WorkerContext
from sora2batch.fleet.workers.worker_row import LostRowError, beat, say_goodbye
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import counted
from sora2batch.run.event import Warned

_MOST_CUTS = 5
_CUT_SECONDS = 0.1


class Lane(StrEnum):
    """What a worker can do."""

    SUBMIT = "submit"
    POLL = "poll"
    MEDIA = "media"


class _Part(Protocol):
    """Something that runs as long as the worker does."""

    async def run(self) -> None:
        """Run until ``stop``."""
        ...

    def stop(self) -> None:
        """End soon."""
        ...


class WorkerProcess:
    """The lanes of one worker, until ``stop``."""

    def __init__(self, context: WorkerContext, lanes: Sequence[Lane], create_tasks: CreateTasks) -> None:
        self._context = context
        self._create_tasks = create_tasks
        self._stopping = asyncio.Event()
        self._is_creating = False
        self._turn = asyncio.Lock()
        """Whoever begins a turn puts right what the one before has left: that must be over."""
        self._engines = [self._engine(lane) for lane in lanes if lane is not Lane.POLL]
        polling = [PollLane(context)] if Lane.POLL in lanes else []
        self._parts: list[_Part] = [*self._engines, *polling, Janitor(context)]

    async def run(self) -> None:
        """Work until ``stop``; then no job is begun, and those under way have some seconds.

        Where this is cancelled, jobs under way are cut off: what they were at is found by others.
        """
        beating = asyncio.create_task(self._beat())
        running = [asyncio.create_task(one.run()) for one in self._parts]
        try:
            await self._until_stop((beating, *running))
            await self._wait_for_end(running)
        finally:
            for engine in self._engines:
                await engine.abandon()
            await _cut_off((beating, *running))
            with suppress(Sora2BatchError, TimeoutError):
                async with asyncio.timeout(self._context.settings.goodbye_seconds):
                    await say_goodbye(self._context.database, self._context.worker)
        for task in (beating, *running):
            if task.done() and not task.cancelled():
                task.result()

    def stop(self) -> None:
        """End in peace."""
        self._stopping.set()

    async def _until_stop(self, running: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the word to stop, and pass it on; a part that ends before has an error, which ends all."""
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((stopping, *running), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        self._stopping.set()
        for part in self._parts:
            part.stop()

    async def _wait_for_end(self, running: Sequence[asyncio.Task[None]]) -> None:
        settings = self._context.settings
        await asyncio.wait(running, timeout=settings.idle_end_seconds)
        if self._is_creating:
            await asyncio.wait(running, timeout=settings.end_seconds - settings.idle_end_seconds)

    async def _beat(self) -> None:
        """Give signs of life; tell once that the database is away, and once that it is back."""
        is_away, tries = False, 0
        while True:
            try:
                async with asyncio.timeout(self._context.settings.lost_seconds):
                    await self._beat_once()
            except LostRowError:
                raise
            except (Sora2BatchError, TimeoutError) as error:
                tries += 1
                if not is_away:
                    why = str(error) or f"no connection to the database at {self._context.database.url.place}"
                    self._warn(f"{why}; this worker waits, and goes on when it is back")
                is_away = True
                await asyncio.sleep(self._context.settings.reconnect_seconds(tries))
                continue
            if is_away:
                self._warn("the database is back")
            is_away, tries = False, 0
            await asyncio.sleep(self._context.settings.beat_seconds)

    async def _beat_once(self) -> None:
        lead = await beat(self._context.database, self._context.worker)
        for engine in self._engines:
            engine.clock_lead = lead
            if engine.trouble:
                self._warn(f"the queue cannot be read: {engine.trouble}")
                engine.trouble = None
            if lost := await engine.reclaim():
                self._warn(f"{counted(lost, 'job')} without a written end: in the queue again")

    def _engine(self, lane: Lane) -> EngineWorker:
        settings, account = self._context.settings, self._context.account
        if lane is Lane.SUBMIT:
            duty = Duty(
                task=SUBMIT,
                queue=queue_of(SUBMIT, account),
                work=self._submit,
                jobs=1,
                grace_seconds=settings.grace_seconds + 0.5,
                is_repeated=False,
            )
        else:
            media = MediaLane(self._context)

            async def fetch(given: Mapping[str, Any], tries: int) -> None:
                await media.fetch(given["attempt"], tries)

            duty = Duty(
                task=FETCH,
                queue=queue_of(FETCH, account),
                work=fetch,
                jobs=settings.media_jobs,
                grace_seconds=settings.media_grace_seconds,
                is_repeated=True,
            )
        return EngineWorker(self._context.database, duty, settings)

    async def _submit(self, given: Mapping[str, Any], tries: int) -> None:
        """Have one turn of the create lane; if it ends before its time, another one stands in the queue."""
        del given, tries
        stopping = asyncio.Event()
        async with self._turn, _passed_on(self._stopping, stopping):
            turn = asyncio.create_task(self._create_tasks(self._context, stopping))
            self._is_creating = True
            turn.add_done_callback(self._note_end_of_turn)
            try:
                await asyncio.shield(turn)
            except asyncio.CancelledError:  # the engine is cut off, or this worker
                stopping.set()
                await turn
                raise
            except Exception as error:  # noqa: BLE001  # be it a bug, it is told and others go on
                self._warn(f"no tasks can be created now: {_words_of(error)}")
                await self._come_again(delay=timedelta(seconds=self._context.settings.first_retry_seconds))
                return
        if self._stopping.is_set():
            await self._come_again(delay=timedelta())

    def _note_end_of_turn(self, turn: asyncio.Task[None]) -> None:
        del turn
        self._is_creating = False

    async def _come_again(self, *, delay: timedelta) -> None:
        """Leave the rest to whoever comes next; where that cannot be written, the janitor finds it."""
        call = Call(task=SUBMIT, account=self._context.account, delay=delay)
        with suppress(Sora2BatchError):
            async with self._context.database.transaction() as connection:
                await enqueue(connection, [call])

    def _warn(self, message: str) -> None:
        self._context.listener(WHOLE_WORKER, Warned(message=message))


def _words_of(error: BaseException) -> str:
    """Word an error, of several the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error.message if isinstance(error, Sora2BatchError) else f"{type(error).__name__}: {error}"


async def _cut_off(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks, those again that would clear up first: a database that is away may keep them from it."""
    for _ in range(_MOST_CUTS):
        pending = [one for one in tasks if not one.done()]
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=_CUT_SECONDS)


@asynccontextmanager
async def _passed_on(source: asyncio.Event, target: asyncio.Event) -> AsyncIterator[None]:
    """Set an event when another one is set, while the block lasts."""

    async def pass_on() -> None:
        await source.wait()
        target.set()

    passing = asyncio.create_task(pass_on())
    try:
        yield
    finally:
        passing.cancel()
