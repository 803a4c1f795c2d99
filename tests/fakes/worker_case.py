"""A worker's lanes in the test's own event loop: short times, an API that plays a script, all that is told."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from fakes.fleet_rows import ACCOUNT, TOOL, PatientRows, job_named, line_of, open_attempt
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.workers.open_stores import OpenStores
from sora2batch.fleet.workers.worker_context import WorkerContext
from sora2batch.fleet.workers.worker_settings import WorkerSettings
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.lockfile.entry import State
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.event import Event
from sora2batch.sjinn import answer as api
from sora2batch.sjinn.client import SjinnClient
from sora2batch.sjinn.downloader import Downloader
from sora2batch.sjinn.endpoint import Endpoint
from sora2batch.sjinn.secret import ApiKey

QUICK = WorkerSettings(
    beat_seconds=0.1,
    lost_seconds=1.0,
    dead_seconds=5.0,
    janitor_seconds=0.1,
    engine_seconds=0.1,
    poll_seconds=0.02,
    write_seconds=0.02,
    key_seconds=0.05,
    grace_seconds=5.0,
    media_grace_seconds=1.0,
    first_retry_seconds=0.05,
    most_retry_seconds=0.2,
    first_reconnect_seconds=0.02,
    most_reconnect_seconds=0.1,
)
_LONGEST_SECONDS = 30.0


class Lane(Protocol):
    async def run(self) -> None: ...

    def stop(self) -> None: ...


class StatusApi:
    """Answers what a task's script says next; its last line again where that ends."""

    silence = None

    def __init__(
        self, scripts: Mapping[str, Sequence[api.StatusAnswer]] | None = None, *, seconds: float = 0.0
    ) -> None:
        self._scripts = {name: deque(answers) for name, answers in (scripts or {}).items()}
        self._seconds = seconds
        self.asked: Counter[str] = Counter()
        self.under_way = 0
        self.most_under_way = 0

    async def status(self, task_id: str, /) -> api.StatusAnswer:
        self.asked[task_id] += 1
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        await asyncio.sleep(self._seconds)
        self.under_way -= 1
        script = self._scripts.get(task_id.removeprefix("task-"))
        if not script:
            return api.Finished((f"https://files.test/{task_id}.jpg?signature=secret",))
        return script.popleft() if len(script) > 1 else script[0]


class NoLooking:
    """Sees nothing."""

    async def look(self, *_: Any) -> tuple[()]:
        return ()


class Told:
    """What a worker told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Event]] = []

    def __call__(self, manifest: str, happened: Event, /) -> None:
        self.events.append((manifest, happened))

    def of(self, kind: type[Event]) -> list[Event]:
        return [happened for _, happened in self.events if isinstance(happened, kind)]


def context_of(database: Database, *, folder: Path = Path("/nowhere"), **more: Any) -> WorkerContext:
    given = {
        "database": database,
        "account": ACCOUNT,
        "worker": 1,
        "api": StatusApi(),
        "clock": SystemClock(),
        "identity": ApiIdentity(),
        "fetcher": None,
        "stores": OpenStores({}),
        "looking": NoLooking(),
        "folder": folder,
        "listener": Told(),
        "settings": QUICK,
        **more,
    }
    return WorkerContext(**given)


@asynccontextmanager
async def running(*lanes: Lane) -> AsyncIterator[None]:
    """Have lanes run while the block lasts, and end in peace."""
    tasks = [asyncio.create_task(lane.run()) for lane in lanes]
    try:
        yield
    finally:
        for lane in lanes:
            lane.stop()
        await asyncio.gather(*tasks)


async def until(is_so: Callable[[], object]) -> None:
    """Look every few milliseconds, and let the others go on meanwhile."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@asynccontextmanager
async def real_means(url: str, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """What a context needs to speak to an API on this machine."""
    clock = SystemClock()
    client = SjinnClient(Endpoint.parse(url), ApiKey("sk-test-worker-key"), clock=clock)
    async with client, Downloader(clock=clock, attempts=1) as fetcher, OpenStores({}) as stores:
        yield {
            "api": client,
            "clock": client.clock,
            "fetcher": fetcher,
            "stores": stores,
            "folder": tmp_path / "worker",
        }


class Press:
    """A create lane that sends what is reserved, one after the other, as plainly as can be."""

    def __init__(self, rows: PatientRows) -> None:
        self.rows = rows
        self.break_once = False
        self.turns = 0
        self.under_way = 0
        self.most_under_way = 0
        self.hold = False
        """Whether it goes on until it is told to stop."""

    async def __call__(self, context: WorkerContext, stopping: asyncio.Event, /) -> None:
        self.turns += 1
        if self.break_once:
            self.break_once = False
            raise Sora2BatchError("broken")
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            await self._send_all(context, stopping)
            if self.hold:
                await stopping.wait()
        finally:
            self.under_way -= 1

    async def _send_all(self, context: WorkerContext, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            found = await self.rows.sql(
                """
                select attempt.id, job.key from attempt join job on job.id = attempt.job
                where attempt.state = 'reserved' and attempt.account = %s order by attempt.id limit 1
                """,
                context.account,
            )
            if not found:
                return
            ((number, name),) = found
            await self.rows.sql(
                "update attempt set state = 'sending', line = %s, worker = %s, sent_at = now() where id = %s",
                *(line_of(job_named(name), open_attempt(name, State.IN_DOUBT)), context.worker, number),
            )
            answer = await context.api.create(TOOL, {"prompt": name})
            assert isinstance(answer, api.Accepted)
            await self.rows.accept(number, name, answer.task_id)


async def finish(video_api: SjinnClient, task_id: str) -> None:
    """Wait until a task is done."""
    while not isinstance(await video_api.status(task_id), api.Finished):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
