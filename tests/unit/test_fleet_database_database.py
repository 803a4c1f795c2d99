from __future__ import annotations

import asyncio

import psycopg
import pytest

from fakes.fleet_database import opened
from fakes.postgres import HOST
from fakes.waiting import wait_until
from sora2batch.fleet.database.database import connection_text, open_database, require_system
from sora2batch.fleet.database.fleet_error import DatabaseUnreachableError, FleetError, FleetSchemaError
from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import ExitCode, UsageError

PASSWORD = "hunter2/hunter2"


async def rows(database, sql):
    async with database.transaction() as connection:
        return await (await connection.execute(sql)).fetchall()


async def test_every_connection_is_in_our_schema_and_leaves_nothing_to_a_servers_settings(
    postgres, database_url
):
    name = database_url.rpartition("/")[2]
    postgres.psql(f"ALTER DATABASE {name} SET search_path = public", url=database_url)
    postgres.psql(f"ALTER DATABASE {name} SET synchronous_commit = off", url=database_url)
    asked = "search_path", "synchronous_commit", "timezone", "application_name", "tcp_user_timeout"
    async with await open_database(QueueUrl.parse(database_url), name="worker") as database:
        found = await rows(database, f"SELECT {', '.join(f'current_setting({one!r})' for one in asked)}")
    assert found == [("sora2batch", "on", "UTC", "sora2batch worker", "20000")]


def test_what_a_url_says_counts_before_what_we_say_but_for_where_the_tables_are():
    text = "postgresql://db/work?keepalives_idle=77&application_name=mine&options=-c%20work_mem%3D1MB"
    found = psycopg.conninfo.conninfo_to_dict(connection_text(QueueUrl.parse(text), "worker"))
    assert (found["keepalives_idle"], found["application_name"]) == ("77", "mine")
    assert found["options"].startswith("-c work_mem=1MB -c search_path=sora2batch ")
    assert found["tcp_user_timeout"] == "20000"


async def test_a_transaction_is_committed_at_its_end_and_not_where_something_goes_wrong(
    postgres, database_url
):
    postgres.psql("CREATE SCHEMA sora2batch; CREATE TABLE sora2batch.clip (id int)", url=database_url)
    async with await opened(database_url) as database:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO clip VALUES (1)")
        with pytest.raises(FleetError):
            await rows(database, "INSERT INTO clip VALUES (2); SELECT 1/0")
        assert await rows(database, "SELECT id FROM clip") == [(1,)]


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        (f"postgresql://ada:{PASSWORD.replace('/', '%2F')}@{HOST}:1/work", f"{HOST}:1", "Connection refused"),
        ("postgresql:///work?host=/nowhere&password=hunter2", "/nowhere", "No such file or directory"),
        (f"postgresql://ada:hunter2@{HOST}:1,{HOST}:2/work", f"{HOST}:1, {HOST}:2", "Connection refused"),
    ],
)
async def test_a_server_that_is_not_there_is_told_with_its_place(text, place, told):
    with pytest.raises(DatabaseUnreachableError) as ended:
        await open_database(QueueUrl.parse(text))
    assert ended.value.message == f"no connection to the database at {place}: {told}"
    assert ended.value.hint.endswith("are right in SORA2BATCH_QUEUE")
    assert ended.value.exit_code is ExitCode.UNREACHABLE
    assert "hunter2" not in ended.value.sentence


async def test_a_wrong_password_and_the_right_one_are_not_shown(postgres):
    role = postgres.new_role(password=PASSWORD)
    wrong = postgres.url(user=role, password=f"{PASSWORD}!")
    with pytest.raises(DatabaseUnreachableError, match="password authentication failed") as ended:
        await open_database(QueueUrl.parse(wrong, origin="config.toml:1:1"))
    assert "hunter2" not in ended.value.sentence
    assert ended.value.sentence.endswith("are right in config.toml:1:1)")
    async with await opened(postgres.url(user=role, password=PASSWORD)) as database:
        with pytest.raises(FleetError) as ended:
            await rows(database, f"SELECT '{PASSWORD}'::int")
    assert "hunter2" not in ended.value.sentence


async def test_what_libpq_does_not_know_is_told_before_it_connects():
    with pytest.raises(UsageError, match=r'SORA2BATCH_QUEUE is no URL that PostgreSQL knows: .*"zebra"'):
        await open_database(QueueUrl.parse("postgresql://db/work?zebra=1"))


async def test_what_the_database_refuses_is_told(database_url):
    told = f'^the database at {HOST}:.* refused: column "zebra" does not'
    async with await opened(database_url) as database:
        with pytest.raises(FleetError, match=told) as ended:
            await rows(database, "SELECT zebra")
        assert ended.value.exit_code is ExitCode.OPEN


async def test_what_a_role_may_not_do_is_told_with_who_can_change_that(postgres, database_url):
    postgres.psql("CREATE TABLE public.clip (id int)", url=database_url)
    name = database_url.rpartition("/")[2]
    async with await opened(postgres.url(name, user=postgres.new_role())) as database:
        with pytest.raises(FleetSchemaError, match="does not let this role do that: permission") as ended:
            await rows(database, "SELECT id FROM public.clip")
    assert "fleet init --grant ROLE" in ended.value.hint


async def test_a_lost_connection_is_told_and_the_next_one_is_another(database_url):
    async with await opened(database_url) as database:
        with pytest.raises(FleetError, match="was lost: terminating connection") as ended:
            await rows(database, "SELECT pg_terminate_backend(pg_backend_pid())")
        assert ended.value.exit_code is ExitCode.OPEN
        assert await rows(database, "SELECT 1") == [(1,)]


async def test_a_server_that_was_killed_and_started_again_is_no_error_to_who_asks_later(own_postgres):
    async with await opened(own_postgres.new_database()) as database:
        assert await rows(database, "SELECT 1") == [(1,)]
        await asyncio.to_thread(own_postgres.kill)
        await asyncio.to_thread(own_postgres.start)
        assert await rows(database, "SELECT 1") == [(1,)]


async def test_a_server_that_is_killed_under_a_transaction_is_told(own_postgres):
    async with await opened(own_postgres.new_database()) as database:
        asked = asyncio.create_task(rows(database, "SELECT pg_sleep(3600)"))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        await asyncio.to_thread(wait_until, lambda: own_postgres.psql(waiting) == [(1,)])
        await asyncio.to_thread(own_postgres.kill)
        with pytest.raises(FleetError, match="was lost") as ended:
            await asked
        assert ended.value.exit_code is ExitCode.OPEN


async def test_no_more_connections_are_made_than_were_asked_for(database_url):
    async with await open_database(QueueUrl.parse(database_url), most_connections=2) as database:
        pids = await asyncio.gather(*(rows(database, "SELECT pg_backend_pid()") for _ in range(20)))
    assert len({pid for ((pid,),) in pids}) <= 2


def test_on_windows_it_is_said_what_to_do():
    require_system("linux")
    require_system("darwin")
    with pytest.raises(UsageError, match="cannot be asked from Windows") as refused:
        require_system("win32")
    assert "Subsystem for Linux" in refused.value.hint
