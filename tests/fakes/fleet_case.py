"""A fleet's database with one account, a worker and batches, and what a lane needs besides: without any process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from fakes.fleet_database import opened
from fakes.rig import Memory
from fakes.video_api import ACCEPT, ScriptedApi, ScriptedCreate
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import WantedJob, reserve
from sora2batch.fleet.database.database import Database
from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.fleet.submission.lane_context import LaneContext
from sora2batch.fleet.submission.lane_lease import take_lease
from sora2batch.fleet.submission.submit_lane import run_submit_lane
from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow, options_to_json
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Job
from sora2batch.manifest.model import RunOptions
from sora2batch.run.entries import ApiIdentity
from sora2batch.run.input_urls import NoInputUrls

ACCOUNT = "api.test/0123456789abcdef"
QUICK = ScriptedCreate(answer=ACCEPT.answer, seconds=0.01)


class NoBatchUrls(NoInputUrls):
    """Batches without files."""

    def add(self, files: JsonObject, /) -> None:
        assert not files


@dataclass(slots=True, kw_only=True)
class FleetCase:
    """A database as a client leaves it, and lanes that work on it."""

    database: Database
    account: str = ACCOUNT
    said: list[str] = field(default_factory=list)
    listener: Memory = field(default_factory=Memory)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def all(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        async with self.database.transaction() as connection:
            cursor = await connection.execute(sql, given or None)
            return await cursor.fetchall() if cursor.description else []

    async def one(self, sql: str, *given: Any) -> Any:
        ((value,),) = await self.all(sql, *given)
        return value

    async def worker(self) -> int:
        """The row of one more worker, alive."""
        return await self.one(
            "insert into worker (account, host, pid, lanes, version) values (%s, 'here', 1, '{}', '1') returning id",
            self.account,
        )

    async def batch(self, *, budget: int = 1_000_000, **options: Any) -> BatchRow:
        """One more batch."""
        number = await self.one(
            """
            with repository as (insert into repository default values returning id), alias as (
                insert into repository_alias (alias, repository) select 'name:' || id, id from repository
            )
            insert into batch (repository, manifest, account, budget, options)
            select id, 'campaign.yaml', %s, %s, %s from repository returning id
            """,
            self.account,
            budget,
            orjson.dumps(options_to_json(RunOptions(**options))).decode(),
        )
        return await self.read(number)

    async def read(self, number: int) -> BatchRow:
        (row,) = await self.all(f"select {BATCH_COLUMNS} from batch where id = %s", number)
        return BatchRow(*row)

    async def reserve(self, batch: BatchRow, *jobs: Job) -> None:
        """What ``run --fleet`` does; then the engine has begun to do what it is called for."""
        assert await self.try_to_reserve(batch, *jobs) == len(jobs)
        await self.all("delete from procrastinate_jobs")

    async def try_to_reserve(self, batch: BatchRow, *jobs: Job) -> int:
        """The same, also where somebody has a job; tell how many were reserved."""
        terms = BatchTerms(
            aliases=(
                await self.one("select 'name:' || repository::text from batch where id = %s", batch.id),
            ),
            manifest=batch.manifest,
            account=self.account,
            budget=batch.budget,
            options=batch.run_options,
        )
        async with self.database.transaction() as connection:
            return (await reserve(connection, terms, [WantedJob(job) for job in jobs], ())).jobs

    async def attempts(self, batch: BatchRow, worker: int) -> DatabaseAttempts:
        """The port of a worker that has the lane."""
        async with self.database.transaction() as connection:
            assert await take_lease(connection, self.account, worker)
        return DatabaseAttempts(self.database, batch, worker)

    async def states(self) -> dict[str, str]:
        """How far each job has come, by its prompt."""
        rows = await self.all(
            "select job.input, attempt.state from attempt join job on job.id = attempt.job order by attempt.id"
        )
        return {orjson.loads(input)["prompt"]: state for input, state in rows}

    async def sums(self, batch: BatchRow) -> tuple[int, int, int]:
        """*Shape*: charged, reserved, in doubt."""
        ((*sums,),) = await self.all("select charged, reserved, in_doubt from batch where id = %s", batch.id)
        return tuple(sums)

    async def run_lane(self, api: ScriptedApi, worker: int, **more: Any) -> None:
        """Submit what is reserved, to the end; *more* is of ``LaneContext``."""
        lane = LaneContext(
            database=self.database,
            account=self.account,
            worker=worker,
            api=api,
            clock=more.pop("clock", SystemClock()),
            identity=ApiIdentity(host="api.test", account="0123456789abcdef"),
            listener_of=lambda _: self.listener,
            say=self.said.append,
            stopping=self.stopping,
            grace_seconds=0.3,
            **{"open_urls": no_urls, "unsure": set(), **more},
        )
        await run_submit_lane(lane)


async def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so, as a lane beside makes it."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def no_urls(batch: BatchRow) -> AsyncIterator[NoBatchUrls]:
    """Open the files of a batch that has none."""
    del batch
    yield NoBatchUrls()


@asynccontextmanager
async def fleet_case(url: str, *, patience_seconds: float = 10.0) -> AsyncIterator[FleetCase]:
    """Open a database with one account in it."""
    async with await opened(url, patience_seconds=patience_seconds) as database:
        case = FleetCase(database=database)
        await case.all("insert into account (name) values (%s)", case.account)
        yield case


def quick_api(*, otherwise: ScriptedCreate = QUICK, **scripts: Sequence[ScriptedCreate]) -> ScriptedApi:
    """An API that answers at once, by the prompt."""
    return ScriptedApi(clock=SystemClock(), creates=scripts, otherwise=otherwise, ledger_seconds=0.0)
