"""``worker`` on the command line, as far as it does not begin; what it does is the matter of ``crash/test_worker_kill.py``."""

from __future__ import annotations

import pytest


@pytest.fixture
def access(monkeypatch):
    """A key, and an API that nobody can be reached at."""
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    monkeypatch.setenv("SORA2BATCH_API_URL", "http://127.0.0.1:9/api/un-api")


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://anna:secret-word@127.0.0.1:9/fleet")


def test_without_a_queue_it_says_how_one_is_named(call, access):
    ran = call("worker")
    assert ran.code == 2
    assert "set SORA2BATCH_QUEUE to postgresql://" in ran.err


def test_without_a_key_it_says_how_one_is_given(call, queue):
    ran = call("worker")
    assert ran.code == 2
    assert "set SJINN_API_KEY" in ran.err
    assert "--simulate" not in ran.err


@pytest.mark.parametrize("lanes", ["polling", "poll,submit,x", ",", "submit;poll"])
def test_a_lane_that_is_none_is_told_with_those_that_are(call, access, queue, lanes):
    ran = call("worker", "--lanes", lanes)
    assert ran.code == 2
    assert "some of submit,poll,media" in ran.err


def test_an_api_that_cannot_be_reached_is_told(call, access, queue):
    ran = call("worker")
    assert ran.code == 7
    assert "the API cannot be reached" in ran.err


def test_a_database_that_cannot_be_reached_is_told_without_its_password(call, api, queue):
    api()
    ran = call("worker")
    assert ran.code == 7
    assert "no connection to the database at 127.0.0.1:9" in ran.err
    assert "secret-word" not in ran.err + ran.out


def test_a_database_without_tables_is_told_with_what_makes_them(call, api, database_url, monkeypatch):
    api()
    monkeypatch.setenv("SORA2BATCH_QUEUE", database_url)
    ran = call("worker")
    assert ran.code == 2
    assert "run `sora2batch fleet init`" in ran.err
