"""One batch in the database of a fleet, for the tests of the port ``AttemptStore``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import psycopg

from fakes.attempts_case import AttemptsCase, Sums
from sora2batch.fleet.clients.batch_terms import BatchTerms
from sora2batch.fleet.clients.reserve import WantedJob, reserve
from sora2batch.fleet.database.database import open_database
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.fleet.submission.database_attempts import DatabaseAttempts
from sora2batch.fleet.submission.lane_lease import drop_lease, take_lease
from sora2batch.fleet.submission.lane_state import read_reserved
from sora2batch.fleet.tables.batch_row import BATCH_COLUMNS, BatchRow, options_to_json
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits, Job
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, State
from sora2batch.lockfile.job_table import JobTable
from sora2batch.lockfile.line import decode_job
from sora2batch.manifest.model import RunOptions
from sora2batch.plan.budget import BudgetError
from sora2batch.run.attempt_store import AttemptStore

_MANIFEST = "small.yaml"
_SEARCH = "-c search_path=sora2batch"
_DEAD = """
    update attempt set state = 'in_doubt', changed_at = clock_timestamp()
    where state = 'sending' and account = %s
"""
_CONNECTIONS: dict[str, psycopg.Connection] = {}


def ask(url: str, query: str, *given: object) -> list[tuple[Any, ...]]:
    """Carry one statement out, and hand out its rows; by a connection that is kept."""
    connection = _CONNECTIONS.get(url)
    if connection is None or connection.closed:
        connection = _CONNECTIONS[url] = psycopg.connect(url, autocommit=True, options=_SEARCH)
    cursor = connection.execute(query, given)
    return cursor.fetchall() if cursor.description else []


def hang_up(url: str) -> None:
    """Close the connection that ``ask`` has kept."""
    if connection := _CONNECTIONS.pop(url, None):
        connection.close()


class FleetAttempts(AttemptsCase):
    """A batch with an account of its own.

    ``place`` is the database's URL, ``#`` and the account's name; then, where the store's own way to the database
    may be cut, ``#`` and the URL by which its books are looked into.
    """

    keeps_reservations = True

    def __init__(self, place: str, jobs: Sequence[Job], budget: int) -> None:
        """Name a batch; it is made when it is first opened."""
        super().__init__(jobs, budget)
        self.url, self.account, *books = place.split("#")
        self.books = books[0] if books else self.url

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[AttemptStore]:
        self._make()
        async with await open_database(
            QueueUrl.parse(self.url), name="worker", most_connections=4
        ) as database:
            worker = self._join()
            store = DatabaseAttempts(database, self._row(), worker)
            async with database.transaction() as connection:
                assert await take_lease(connection, self.account, worker)
            self._database = database
            self._held: set[int] = set()
            await self._hold(store)
            yield store
            with suppress(Sora2BatchError):  # it says goodbye, if there is anybody left to hear it
                async with database.transaction() as connection:
                    await drop_lease(connection, self.account, worker)

    async def reserve(self, store: AttemptStore, job: Job) -> bool:
        await self.enqueue([job])
        await self._hold(store)
        return await store.reserve(job)

    async def enqueue(self, jobs: Sequence[Job]) -> None:
        """Do what a client does: a job that is taken, or for which there is no room, is left out."""
        self._make()
        terms = BatchTerms(
            aliases=(f"name:{self.account}",),
            manifest=_MANIFEST,
            account=self.account,
            budget=Credits(self.budget),
            options=RunOptions(),
        )
        async with await open_database(QueueUrl.parse(self.url), name="run", most_connections=1) as database:
            for job in jobs:
                with suppress(BudgetError):
                    async with database.transaction() as connection:
                        await reserve(connection, terms, [WantedJob(job, last_call=99)], ())

    async def recover(self) -> None:
        """Do what a janitor does once the workers of the account have been silent for long enough."""
        self._make()
        self._ask("update worker set ended_at = now() where account = %s", self.account)
        self._ask(_DEAD, self.account)

    async def lockfile(self) -> Lockfile:
        lines = self._ask(
            "select line from attempt where account = %s and line is not null order by id", self.account
        )
        table = JobTable()
        table.absorb_all(decode_job(orjson.loads(line)) for (line,) in lines)
        return table.lockfile(_MANIFEST)

    async def sums(self) -> Sums:
        query = "select charged, in_doubt, reserved from batch where account = %s"
        rows = self._ask(query, self.account)
        charged, in_doubt, reserved = rows[0] if rows else (0, 0, 0)
        return Sums(charged=charged, in_doubt=in_doubt, reserved=reserved)

    async def doubted(self, job: Job) -> Entry | None:
        """Find a doubt; a call under way is none yet."""
        rows = self._ask(
            "select line from attempt join job on job.id = attempt.job "
            "where attempt.account = %s and fingerprint = %s and state = 'in_doubt'",
            self.account,
            job.fingerprint,
        )
        return decode_job(orjson.loads(rows[0][0])) if rows else None

    def states(self) -> list[State | str]:
        """The states of all rows."""
        return [state for (state,) in self._ask("select state from attempt where account = %s", self.account)]

    def _make(self) -> None:
        if self._ask("select 1 from account where name = %s", self.account):
            return
        options = orjson.dumps(options_to_json(RunOptions())).decode()
        self._ask(
            "with r as (insert into repository default values returning id), "
            "n as (insert into repository_alias (alias, repository) select 'name:' || %s, id from r), "
            "a as (insert into account (name) values (%s) returning name) "
            "insert into batch (repository, manifest, account, budget, options) "
            "select r.id, %s, a.name, %s, %s::jsonb from r, a",
            *(self.account, self.account, _MANIFEST, self.budget, options),
        )

    def _join(self) -> int:
        query = (
            "insert into worker (account, host, pid, lanes, version) "
            "values (%s, 'here', 1, array['submit'], '0') returning id"
        )
        return self._ask(query, self.account)[0][0]

    def _row(self) -> BatchRow:
        return BatchRow(*self._ask(f"select {BATCH_COLUMNS} from batch where account = %s", self.account)[0])

    async def _hold(self, store: DatabaseAttempts) -> None:
        """Take over what is reserved, as the create lane does."""
        async with self._database.transaction() as connection:
            for one in await read_reserved(connection, self._row().id, self._held, len(self.jobs)):
                store.hold(one.row.job, one.reservation, one.known)
                self._held.add(one.reservation.attempt)

    def _ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        return ask(self.books, query, *given)
