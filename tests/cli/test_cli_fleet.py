"""``fleet``: the database of a fleet, set up on the command line."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from sora2batch.cli.main import main
main()
"""


@pytest.fixture
def queue(database_url, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", database_url)
    return database_url


def test_a_database_is_set_up_once(call, queue):
    first = call("fleet", "init", "-v")
    assert first.code == 0, first.err
    assert first.out == ""
    assert first.err.startswith("applied: procrastinate\napplied: 0001 first\n")
    assert first.err.endswith(f"{queue}: the tables of the fleet are set up\n")
    again = call("fleet", "init")
    assert (again.code, again.err) == (0, f"{queue}: the tables of the fleet are up to date already\n")


def test_a_role_is_let_in(call, queue, postgres):
    worker, other = postgres.new_role(), postgres.new_role()
    ran = call("fleet", "init", "--grant", worker, "--grant", other, "--grant", "postgres")
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[1:] == [
        f"{worker} may use them, and neither make, change nor drop any",
        f"{other} may use them, and neither make, change nor drop any",
        "postgres owns them, and may do everything",
    ]


def test_a_role_that_there_is_not_is_told(call, queue):
    ran = call("fleet", "init", "--grant", "zebra")
    assert ran.code == 2
    assert "error: there is no role zebra in the database at " in ran.err


def test_without_a_queue_it_says_how_one_is_named(call):
    ran = call("fleet", "init")
    assert ran.code == 2
    assert ran.err == (
        "error: no queue: this call has to ask the database of a fleet\n"
        "hint: set SORA2BATCH_QUEUE to postgresql://USER:PASSWORD@HOST:PORT/DATABASE\n"
    )


def test_a_url_that_cannot_be_meant_is_told_and_not_shown(call, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://ada:hunter2/hunter2@db/work")
    ran = call("fleet", "init")
    assert ran.code == 2
    assert ran.err.startswith("error: SORA2BATCH_QUEUE: queue has no usable host and port\n")
    assert "hunter2" not in ran.err


def test_a_server_that_is_not_there_is_told_without_the_password(call, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://ada:hunter2@127.0.0.1:1/work")
    ran = call("fleet", "init")
    assert ran.code == 7
    assert ran.err.startswith("error: no connection to the database at 127.0.0.1:1: Connection refused\n")
    assert ran.err.endswith("host, user, password and database are right in SORA2BATCH_QUEUE\n")
    assert "hunter2" not in ran.err


@pytest.mark.parametrize("flags", [(), ("-vv",)])
def test_a_wrong_password_is_not_shown(folder, monkeypatch, postgres, flags):
    role = postgres.new_role(password="right one")
    monkeypatch.setenv("SORA2BATCH_QUEUE", postgres.url(user=role, password="hunter2/hunter2"))
    command = [sys.executable, "-m", "sora2batch", "fleet", "init", *flags]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 7
    assert f'password authentication failed for user "{role}"' in ran.stderr
    assert ("Traceback" in ran.stderr) == bool(flags)
    assert "hunter2" not in ran.stderr


def test_a_newer_schema_is_refused(call, queue, postgres):
    assert call("fleet", "init").code == 0
    postgres.psql("INSERT INTO sora2batch.migration VALUES (9999, 'later')", url=queue)
    ran = call("fleet", "init")
    assert ran.code == 2
    assert "error: the database was set up by a newer sora2batch (schema 9999, this one knows " in ran.err
    assert "hint: please upgrade sora2batch" in ran.err


@pytest.mark.parametrize("library", ["psycopg", "psycopg_pool", "procrastinate"])
@pytest.mark.parametrize("words", ["fleet init", "fleet status", "worker", "pull show.yaml"])
def test_without_the_extra_it_says_what_to_install(folder, library, words, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://127.0.0.1:1/fleet")
    command = [sys.executable, "-c", WITHOUT, library, *words.split()]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == (
        f"error: this call needs {library}, which is not installed or not whole\n"
        "hint: pip install 'sora2batch[fleet]'\n"
    )


def test_alone_it_shows_its_help(call):
    ran = call("fleet")
    assert ran.code == 0
    assert "init" in ran.out
