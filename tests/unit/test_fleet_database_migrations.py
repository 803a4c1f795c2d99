from __future__ import annotations

import asyncio

import pytest
from procrastinate import App, PsycopgConnector

from fakes.fleet_database import opened
from sora2batch.fleet.database.fleet_error import FleetError, FleetSchemaError
from sora2batch.fleet.database.migrations import (
    Migration,
    known_engine_migrations,
    known_migrations,
    migrate,
    require_schema,
)

ONE = Migration(9001, "one", b"create table one (id int); insert into one values (1)")
TWO = Migration(9002, "two", b"alter table one add column said text default 'two: 100%'")
BROKEN = Migration(9003, "broken", b"create table three (id int); select 1/0")


async def rows(database, sql):
    async with database.transaction() as connection:
        return await (await connection.execute(sql)).fetchall()


async def test_a_database_is_set_up_once_and_then_there_is_nothing_to_do(database_url):
    async with await opened(database_url) as database:
        with pytest.raises(FleetSchemaError, match="has no tables of sora2batch yet") as ended:
            await require_schema(database)
        assert ended.value.hint == "run `sora2batch fleet init`"
        names = [f"{one.version:04} {one.name}" for one in known_migrations()]
        assert await migrate(database) == ("procrastinate", *names)
        await require_schema(database)
        assert await migrate(database) == ()
        asked = "SELECT DISTINCT schemaname::text FROM pg_tables WHERE schemaname !~ '^pg_|^inf'"
        assert await rows(database, asked) == [("sora2batch",)]


async def test_every_step_is_done_once_in_its_order(database_url):
    async with await opened(database_url) as database:
        assert await migrate(database, (ONE,)) == ("procrastinate", "9001 one")
        assert await migrate(database, (ONE, TWO)) == ("9002 two",)
        assert await migrate(database, (ONE, TWO)) == ()
        assert await rows(database, "SELECT * FROM one") == [(1, "two: 100%")]
        assert await rows(database, "SELECT version, name FROM migration ORDER BY version") == [
            (9001, "one"),
            (9002, "two"),
        ]


async def test_a_step_that_fails_leaves_nothing_and_is_done_later(database_url):
    async with await opened(database_url) as database:
        with pytest.raises(FleetError, match="refused: division by zero"):
            await migrate(database, (ONE, BROKEN))
        assert await rows(database, "SELECT to_regclass('three')") == [(None,)]
        mended = BROKEN._replace(sql=b"create table three (id int)")
        assert await migrate(database, (ONE, mended)) == ("9003 broken",)


async def test_several_at_once_do_each_step_once(database_url):
    databases = [await opened(database_url) for _ in range(4)]
    done = await asyncio.gather(*(migrate(one, (ONE, TWO)) for one in databases))
    for one in databases:
        await one.close()
    assert sorted(step for steps in done for step in steps) == ["9001 one", "9002 two", "procrastinate"]


async def test_what_a_newer_program_has_set_up_is_left_alone(fleet_database):
    newest = max(one.version for one in known_migrations())
    async with fleet_database.transaction() as connection:
        await connection.execute(f"INSERT INTO migration VALUES ({newest + 2}, 'later')")
    told = f"by a newer sora2batch .schema {newest + 2}, this one knows {newest}."
    for refuses in (migrate, require_schema):
        with pytest.raises(FleetSchemaError, match=told) as ended:
            await refuses(fleet_database)
        assert ended.value.hint == "please upgrade sora2batch"
        assert ended.value.exit_code == 2


async def test_an_older_database_has_to_be_brought_up_to_date(fleet_database):
    async with fleet_database.transaction() as connection:
        await connection.execute("DELETE FROM migration")
    with pytest.raises(FleetSchemaError, match="those of an older sora2batch") as ended:
        await require_schema(fleet_database)
    assert ended.value.hint == "run `sora2batch fleet init`"


async def test_steps_of_a_newer_engine_are_taken_one_by_one(fleet_database):
    *_, last = known_engine_migrations()
    async with fleet_database.transaction() as connection:
        await connection.execute("DELETE FROM engine_migration WHERE name = %s", [last])
    with pytest.raises(FleetSchemaError, match="older sora2batch"):
        await require_schema(fleet_database)
    assert await migrate(fleet_database) == (f"procrastinate {last}",)
    await require_schema(fleet_database)


async def test_a_newer_engine_than_is_installed_is_left_alone(fleet_database):
    async with fleet_database.transaction() as connection:
        await connection.execute("INSERT INTO engine_migration VALUES ('99.00.00_01_pre_later')")
    for refuses in (migrate, require_schema):
        with pytest.raises(
            FleetSchemaError, match=r"newer procrastinate .which has 99.00.00_01_pre"
        ) as ended:
            await refuses(fleet_database)
        assert ended.value.hint == "please upgrade procrastinate"


async def test_who_may_not_make_tables_is_told(postgres, database_url):
    name = database_url.rpartition("/")[2]
    async with await opened(postgres.url(name, user=postgres.new_role())) as database:
        with pytest.raises(
            FleetSchemaError, match=r"the role role_.* may make no schema in the database"
        ) as ended:
            await migrate(database)
        assert f"grant create on database {name} to role_" in (ended.value.hint or "")
        postgres.psql("CREATE SCHEMA sora2batch", url=database_url)
        for refuses in (migrate, require_schema):
            with pytest.raises(FleetSchemaError, match=r"the role role_.* may not use the schema sora2batch"):
                await refuses(database)


async def test_a_schema_that_somebody_has_made_for_us_is_enough(postgres, database_url):
    role = postgres.new_role()
    postgres.psql(f"CREATE SCHEMA sora2batch AUTHORIZATION {role}", url=database_url)
    async with await opened(postgres.url(database_url.rpartition("/")[2], user=role)) as database:
        await migrate(database)
        await require_schema(database)


async def test_the_engine_works_on_the_same_connections_in_our_schema(fleet_database):
    connector = PsycopgConnector()
    app, ran = App(connector=connector), []

    @app.task(name="note")
    async def note(word):
        ran.append(word)

    await connector.open_async(fleet_database.pool)
    await note.defer_async(word="fox")
    await app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)
    assert ran == ["fox"]
    found = await rows(fleet_database, "SELECT status::text FROM procrastinate_jobs")
    assert found == [("succeeded",)]
