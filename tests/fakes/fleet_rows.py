"""Rows of a fleet's database, made and looked at by a test: batches, jobs, attempts, jobs of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from functools import partial
from itertools import count
from typing import Any

import orjson
import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from sora2batch.fleet.database.database import Database
from sora2batch.ground.job import Credits, Job, fingerprint_of
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.line import decode_job, encode_journal_line
from sora2batch.manifest.model import RunOptions

ACCOUNT = "api.test/0123456789abcdef"
TOOL = "crash-image-api"
PRICE = 100
_SCHEMA = "-c search_path=sora2batch"


def job_named(name: str, price: int = PRICE) -> Job:
    input = {"prompt": name}
    return Job(
        key=name,
        group="hero",
        labels=(),
        tool_type=TOOL,
        take=1,
        input=input,
        fingerprint=fingerprint_of(TOOL, input, 1),
        credits=Credits(price),
        filename=name,
    )


def open_attempt(name: str, state: State = State.SUBMITTED, **more: Any) -> Attempt:
    task_id = f"task-{name}" if state.has_task else None
    given = {
        "credits": Credits(PRICE),
        "submitted_at": "2026-11-22T09:00:00Z",
        "task_id": task_id,
        **more,
    }
    return Attempt(state=state, **given)


def line_of(job: Job, attempt: Attempt) -> str:
    return encode_journal_line(Entry.of(job, attempt)).decode().rstrip("\n")


class CountingDatabase:
    """A database that notes each statement that is carried out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[str] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Counting]:
        async with self._database.transaction() as connection:
            yield _Counting(connection, self.statements)


class _Counting:
    def __init__(self, connection: AsyncConnection, statements: list[str]) -> None:
        self._connection = connection
        self._statements = statements

    async def execute(self, query: str, given: Any = None) -> AsyncCursor:
        cursor = await self._connection.execute(query, given)
        self._statements.append(f"{cursor.statusmessage}: {query.strip()[:40]}")
        return cursor


class FleetRows:
    """A connection of its own, which commits each statement."""

    def __init__(self, url: str, account: str = ACCOUNT) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self.connect()
        self.account = account
        self._names = count()
        self.sql("insert into account (name) values (%s) on conflict do nothing", account)

    def connect(self) -> None:
        """Connect, be it anew."""
        if self._connection:
            self._connection.close()
        self._connection = psycopg.connect(self._url, autocommit=True, options=_SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def sql(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(query, given or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *given: Any) -> Any:
        """The first column of the first row."""
        return self.sql(query, *given)[0][0]

    def batch(
        self,
        options: RunOptions | None = None,
        *,
        budget: int = 1_000_000,
        store: str | None = None,
        fail_fast: bool = False,
        check: bool = True,
    ) -> int:
        """Make a batch in a repository of its own."""
        repository = self.one("insert into repository default values returning id")
        return self.one(
            """
            insert into batch (repository, manifest, account, budget, options, fail_fast, store_url)
            values (%s, %s, %s, %s, %s, %s, %s) returning id
            """,
            repository,
            f"campaign-{next(self._names)}.yaml",
            self.account,
            budget,
            Jsonb({**asdict(options or RunOptions()), "check": check}),
            fail_fast,
            store,
        )

    def job(self, batch: int, job: Job) -> int:
        return self.one(
            """
            insert into job (batch, fingerprint, key, tool_type, take, input, credits, filename)
            values (%s, %s, %s, %s, %s, %s, %s, %s) returning id
            """,
            *(batch, job.fingerprint, job.key, job.tool_type, job.take),
            *(f'{{"prompt":"{job.input["prompt"]}"}}', job.credits, job.filename),
        )

    def attempt(
        self,
        batch: int,
        name: str,
        state: str = "submitted",
        *,
        attempt: Attempt | None = None,
        **columns: Any,
    ) -> int:
        """Make a job with one attempt; *columns* are more of its row."""
        job = job_named(name)
        kept = attempt or open_attempt(name, _kept(state))
        row = {
            "job": self.job(batch, job),
            "batch": batch,
            "account": self.account,
            "state": state,
            "credits": PRICE,
            "task_id": kept.task_id,
            "line": None if state in {"reserved", "withdrawn"} else line_of(job, kept),
            **columns,
        }
        if state in {"reserved", "sending"}:  # as the update counts it that makes a reservation
            self.sql("update batch set reserved = reserved + %s where id = %s", PRICE, batch)
            self.sql(
                """
                insert into month_spending (account, month, reserved)
                values (%s, date_trunc('month', now() at time zone 'UTC')::date, %s)
                on conflict (account, month) do update set reserved = month_spending.reserved + excluded.reserved
                """,
                self.account,
                PRICE,
            )
        names = ", ".join(row)
        return self.one(
            f"insert into attempt ({names}) values ({', '.join(['%s'] * len(row))}) returning id",
            *row.values(),
        )

    def submitted(
        self, batch: int, names: list[str], *, due: str = "now()", timeout: float = 1800.0
    ) -> list[int]:
        """Make open tasks, due at a moment that SQL names."""
        ids = [self.attempt(batch, name) for name in names]
        self.sql(
            f"update attempt set poll_due = {due}, poll_deadline = now() + %s * interval '1 second' where id = any(%s)",
            timeout,
            ids,
        )
        return ids

    def accept(self, attempt: int, name: str, task_id: str) -> None:
        """Write that a reservation became a task, which is due at once."""
        self.sql(
            """
            update attempt set state = 'submitted', task_id = %s, line = %s,
                poll_due = now(), poll_deadline = now() + interval '1 hour'
            where id = %s
            """,
            *(task_id, line_of(job_named(name), open_attempt(name, task_id=task_id)), attempt),
        )

    def worker(self, *, silent_seconds: float = 0.0) -> int:
        """Make the row of a worker that has given no sign of life for so long."""
        return self.one(
            """
            insert into worker (account, host, pid, lanes, version, beat_at)
            values (%s, 'elsewhere', 1, '{}', '0', now() - %s * interval '1 second') returning id
            """,
            self.account,
            silent_seconds,
        )

    def enqueue(self, task: str, **args: Any) -> int:
        """Put a job in the engine's queue, as ``engine.enqueue`` does."""
        name = f"{task}:{args.get('attempt', self.account)}"
        return self.one(
            """
            insert into procrastinate_jobs (queue_name, task_name, args, queueing_lock, lock)
            values (%s, %s, %s, %s, %s) returning id
            """,
            *(f"{task}:{self.account}", task, Jsonb(args), name, name if task == "submit" else None),
        )

    def enqueue_once(self, task: str, **args: Any) -> None:
        """Do the same unless it waits there already."""
        with suppress(UniqueViolation):
            self.enqueue(task, **args)

    def entry(self, batch: int) -> Entry:
        """What the line of a batch's only attempt says."""
        return decode_job(orjson.loads(self.one("select line from attempt where batch = %s", batch)))

    def states(self, batch: int) -> list[str]:
        return [row[0] for row in self.sql("select state from attempt where batch = %s order by id", batch)]

    def sums(self, batch: int) -> tuple[int, int, int]:
        """(charged, reserved, in doubt)"""
        return self.sql("select charged, reserved, in_doubt from batch where id = %s", batch)[0]

    def queue(self) -> list[tuple[str, str]]:
        """(queueing lock, status) of the engine's jobs."""
        return self.sql("select queueing_lock, status::text from procrastinate_jobs order by id")


class PatientRows:
    """The same by a connection of its own, awaited: where others in the event loop may hold what it waits for."""

    def __init__(self, url: str) -> None:
        self._rows = FleetRows(url)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return partial(asyncio.to_thread, getattr(self._rows, name))

    def connect(self) -> None:
        self._rows.connect()

    def close(self) -> None:
        self._rows.close()


def _kept(state: str) -> State:
    return {
        "sending": State.IN_DOUBT,
        "reserved": State.IN_DOUBT,
        "withdrawn": State.IN_DOUBT,
    }.get(state) or State(state)
