from __future__ import annotations

import asyncio

import pytest
from procrastinate import App, PsycopgConnector

from fakes.fleet_database import opened
from sora2batch.fleet.database.fleet_error import FleetError, FleetSchemaError
from sora2batch.fleet.database.migrations import migrate, require_schema
from sora2batch.fleet.database.rights import Granted, grant_rights

ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
MORE = ("TRUNCATE", "REFERENCES", "TRIGGER")
OURS = {"migration", "engine_migration"}
KEPT = {"repository", "repository_alias", "account", "month_spending", "worker", "batch", "job", "attempt"}


@pytest.fixture
async def worker(postgres, fleet_database, fleet_url):
    """Connections of a role that was let in."""
    role = postgres.new_role()
    assert await grant_rights(fleet_database, role) is Granted.USE
    async with await opened(postgres.url(fleet_url.rpartition("/")[2], user=role)) as database:
        yield database


async def rows(database, sql):
    async with database.transaction() as connection:
        return await (await connection.execute(sql)).fetchall()


async def test_it_reads_and_writes_the_rows_of_every_table_and_no_more(worker):
    await require_schema(worker)
    asked = ", ".join(f"has_table_privilege(oid, {right!r})" for right in (*ROWS, *MORE))
    tables = "FROM pg_class WHERE relnamespace = 'sora2batch'::regnamespace AND relkind = 'r'"
    found = {name: may for name, *may in await rows(worker, f"SELECT relname::text, {asked} {tables}")}
    assert OURS | {"procrastinate_jobs"} <= found.keys()
    for name, may in found.items():
        writes = name not in OURS
        assert may == [True, writes, writes, writes and name not in KEPT, False, False, False], name
    assert found.keys() >= KEPT


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE zebra (id int)",
        "DROP TABLE procrastinate_jobs",
        "ALTER TABLE procrastinate_jobs DISABLE TRIGGER ALL",
        "TRUNCATE procrastinate_jobs",
        "INSERT INTO migration VALUES (9999, 'later')",
        "DELETE FROM engine_migration",
        "DELETE FROM attempt",
        "CREATE SCHEMA zebra",
    ],
)
async def test_it_changes_no_table(worker, statement):
    with pytest.raises(FleetError, match=r"must be owner|permission denied"):
        await rows(worker, statement)


async def test_it_can_do_the_engines_work(worker):
    connector = PsycopgConnector()
    app, ran = App(connector=connector), []

    @app.task(name="note")
    async def note(word):
        ran.append(word)
        task.cancel()

    await connector.open_async(worker.pool)
    task = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
    await note.configure(lock="one", queueing_lock="one").defer_async(word="fox")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ran == ["fox"]


async def test_twice_is_the_same_as_once_and_several_may_do_it_at_once(postgres, fleet_database):
    roles = [postgres.new_role() for _ in range(3)]
    done = await asyncio.gather(*(grant_rights(fleet_database, role) for role in (*roles, *roles)))
    assert set(done) == {Granted.USE}


async def test_tables_of_later_versions_are_included(worker, fleet_database):
    async with fleet_database.transaction() as connection:
        await connection.execute("CREATE TABLE later (id bigint generated always as identity, word text)")
        await connection.execute("CREATE FUNCTION later_one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert await rows(worker, "INSERT INTO later (word) VALUES ('x') RETURNING later_one()") == [(1,)]


async def test_a_name_is_only_a_name(postgres, fleet_database):
    role = 'odd "role"; DROP TABLE migration'
    with pytest.raises(FleetSchemaError, match="there is no role odd"):
        await grant_rights(fleet_database, role)
    quoted = role.replace('"', '""')
    postgres.psql(f'CREATE ROLE "{quoted}"')
    assert await grant_rights(fleet_database, role) is Granted.USE
    await require_schema(fleet_database)


async def test_an_owner_keeps_all_rights(postgres, database_url):
    role = postgres.new_role()
    postgres.psql(f"CREATE SCHEMA sora2batch AUTHORIZATION {role}", url=database_url)
    async with await opened(postgres.url(database_url.rpartition("/")[2], user=role)) as database:
        await migrate(database)
        assert await grant_rights(database, role) is Granted.OWNER
        assert await grant_rights(database, "postgres") is Granted.OWNER
        async with database.transaction() as connection:
            await connection.execute("DELETE FROM migration")


async def test_who_owns_nothing_lets_nobody_in(worker):
    with pytest.raises(FleetSchemaError, match="belong to postgres") as ended:
        await grant_rights(worker, "pg_monitor")
    assert ended.value.hint == "call `sora2batch fleet init --grant pg_monitor` as postgres"
