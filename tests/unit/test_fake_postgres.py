from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from fakes.postgres import PostgresServer, StandbyServer
from fakes.waiting import wait_until

TESTS = Path(__file__).parents[1]
ABANDONED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from fakes.postgres import PostgresServer, StandbyServer
server = PostgresServer()
print(server.pid, server.socket_folder, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_database_is_empty_and_knows_nothing_of_others(postgres):
    one, other = postgres.new_database(), postgres.new_database()
    postgres.psql("CREATE TABLE clip (id int); INSERT INTO clip VALUES (1)", url=one)
    assert postgres.psql("SELECT * FROM clip", url=one) == [(1,)]
    with pytest.raises(psycopg.errors.UndefinedTable):
        postgres.psql("SELECT * FROM clip", url=other)


def test_a_database_can_be_a_copy(postgres):
    postgres.psql("CREATE TABLE clip AS SELECT 7 AS id", url=postgres.new_database(name="original"))
    assert postgres.psql("TABLE clip", url=postgres.new_database("original")) == [(7,)]


def test_a_database_is_dropped_although_somebody_is_connected(postgres):
    url = postgres.new_database()
    with psycopg.connect(url):
        postgres.drop_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_fixture_is_a_database_of_this_test(postgres, database_url):
    assert postgres.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url=database_url) == [
        (0,)
    ]


def test_a_role_with_a_password_is_asked_for_it(postgres):
    role = postgres.new_role(password="it's/a:secret%")
    url = postgres.url(user=role, password="it's/a:secret%")
    assert postgres.psql("SELECT current_user", url=url) == [(role,)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url(user=role, password="another"))


def test_a_role_without_a_password_is_trusted_and_may_do_nothing(postgres, database_url):
    role = postgres.new_role()
    name = database_url.rpartition("/")[2]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        postgres.psql("CREATE SCHEMA mine", url=postgres.url(name, user=role))


def test_it_is_there_by_way_of_a_unix_socket(postgres):
    assert postgres.psql("SELECT inet_server_addr()", url=postgres.socket_url()) == [(None,)]


def test_what_was_committed_outlives_a_kill_and_what_was_not_does_not(own_postgres):
    url = own_postgres.new_database()
    own_postgres.psql("CREATE TABLE clip (id int); INSERT INTO clip VALUES (1)", url=url)
    connection = psycopg.connect(url)
    connection.execute("INSERT INTO clip VALUES (2)")
    processes = [psutil.Process(own_postgres.pid), *psutil.Process(own_postgres.pid).children()]
    own_postgres.kill()
    assert not any(map(_lives, processes))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    own_postgres.start()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("INSERT INTO clip VALUES (3)")
    connection.close()
    assert own_postgres.psql("SELECT * FROM clip", url=url) == [(1,)]


def test_it_leaves_nothing_behind():
    server = PostgresServer()
    folder, process = server.socket_folder, psutil.Process(server.pid)
    server.kill()
    server.start()
    server.stop()
    assert not folder.exists()
    assert not process.is_running()


def test_settings_can_be_others():
    server = PostgresServer(fsync="on")
    try:
        assert server.psql("SHOW fsync") == [("on",)]
    finally:
        server.stop()


def test_it_goes_with_who_started_it():
    command = [sys.executable, "-c", ABANDONED, str(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid, folder = done.stdout.split()
    wait_until(lambda: not Path(folder).exists())
    wait_until(lambda: not psutil.pid_exists(int(pid)) or not _lives(psutil.Process(int(pid))))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(os.geteuid() != 0, reason="others run it as themselves")
def test_root_runs_it_as_somebody_else(postgres):
    assert psutil.Process(postgres.pid).uids().real != 0


def test_a_standby_that_fell_behind_goes_on_without_what_it_missed(own_postgres):
    own_postgres.psql("CREATE TABLE clip AS SELECT 1 AS id")
    standby = StandbyServer(own_postgres)
    try:
        standby.catch_up()
        standby.fall_behind()
        own_postgres.psql("INSERT INTO clip VALUES (2)")
        standby.promote()
        assert standby.psql("TABLE clip") == [(1,)]
        standby.psql("INSERT INTO clip VALUES (3)")
    finally:
        standby.stop()
