"""``fleet status``, ``fleet cancel``, and what ``doctor`` says of a fleet."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

SQL = "-c search_path=sora2batch"


@pytest.fixture
def queue(fleet_url, monkeypatch, api):
    api()
    monkeypatch.setenv("SORA2BATCH_QUEUE", fleet_url)
    return fleet_url


def do(url, sql):
    with psycopg.connect(url, options=SQL, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def reserved(call, queue, manifest):
    assert call("run", manifest, "--fleet", "--yes", "--no-wait").code == 0
    return manifest


def test_an_empty_fleet(call, queue):
    ran = call("fleet", "status")
    assert (ran.code, ran.out) == (
        0,
        "queue: nothing\nno worker is alive: start one with `sora2batch worker`\n",
    )


def test_what_waits_who_works_and_what_is_wrong(call, queue, reserved):
    do(queue, "update attempt set state = 'in_doubt', sent_at = '2026-11-22T09:00:00Z' where id = 1")
    do(
        queue,
        "update attempt set state = 'completed', task_id = 't', media = 'failed', media_error = 'gone' where id = 2",
    )
    do(queue, "update batch set stop_reason = 'FAIL_FAST', stop_message = 'one failed'")
    do(
        queue,
        "update account set paused_until = now() + interval '90 s', pause_reason = 'HTTP 429', month_budget = 9000",
    )
    do(
        queue,
        "insert into worker (account, host, pid, lanes, version) select name, 'box', 12, '{submit,poll}', '1.2' from account",
    )
    do(
        queue,
        "insert into worker (account, host, pid, lanes, version, beat_at) select name, 'far', 34, '{media}', '1.1', now() - interval '2 minutes' from account",
    )
    do(queue, "update account set lane_worker = 1, lane_until = now() + interval '1 minute'")
    ran = call("fleet", "status")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "queue: 1 not fetched, 1 in doubt"
    assert re.fullmatch(
        r"account 127\.0\.0\.1/\S+: create lane: worker 1; this month 420 charged, 0 reserved, 420 in doubt of 9,000",
        lines[1],
    )
    assert re.fullmatch(r"  paused for (89|90) s: HTTP 429", lines[2])
    assert lines[3].startswith(
        "worker 1: alive, submit, poll; process 12 on box, sora2batch 1.2, last sign of life "
    )
    assert lines[4].startswith(
        "worker 2: dead, media; process 34 on far, sora2batch 1.1, last sign of life 120 s"
    )
    assert lines[5].startswith("small.yaml (")
    assert lines[5].endswith(
        ": 1 not fetched, 1 in doubt; credits: 420 charged, 0 reserved, 420 in doubt of 5,000"
    )
    assert lines[6:] == [
        "  stopped: one failed",
        "  in doubt since 2026-11-22T09:00:00Z: hero/fox: the answer to its create call was lost",
        "  files not fetched: hero/owl: gone",
    ]


def test_while_nothing_is_sent_after_a_failover_it_says_why_and_for_how_long(call, queue, reserved):
    do(queue, "update account set failover_at = now() - interval '3 minutes'")
    told = call("fleet", "status").out
    why = "the database is another one since the last call: nothing is sent for "
    assert re.search(rf"\n  {why}(420|419) s, then the ledger is read\n", told)
    [account] = call("fleet", "status", "--json").document["accounts"]
    assert account["failover_seconds"] in {180, 181}
    do(queue, "update account set failover_at = now() - interval '11 minutes'")
    assert "call: nothing is sent until a worker has read the ledger\n" in call("fleet", "status").out
    do(queue, "update account set failover_at = null")
    assert "another one" not in call("fleet", "status").out


def test_files_that_could_not_be_had_so_far_are_told_with_a_reason(call, queue, reserved):
    do(queue, "update attempt set state = 'completed', task_id = id::text, media = 'todo'")
    assert "not in the store yet" not in call("fleet", "status").out
    assert call("fleet", "status", "--json").document["batches"][0]["late"] is None
    do(queue, "update attempt set media_error = 'HTTP 503' where id = 1")
    do(queue, "update attempt set media_error = 'HTTP 503' where id = 2")
    why = "  files of 2 jobs are not in the store yet, tried again later: hero/"
    assert re.search(rf"\n{why}(fox|owl): HTTP 503\n", call("fleet", "status").out)
    assert call("fleet", "status", "--json").document["batches"][0]["late"]["jobs"] == 2


def test_only_the_batches_that_are_named_are_told_of(call, queue, reserved):
    Path("other.yaml").write_text(reserved.read_text().replace("fox, owl", "cat"))
    assert call("run", "other.yaml", "--fleet", "--yes", "--no-wait").code == 0
    assert len(call("fleet", "status", "--json").document["batches"]) == 2
    [batch] = call("fleet", "status", "other.yaml", "--json").document["batches"]
    assert batch["manifest"] == "other.yaml"
    assert batch["counts"]["reserved"] == 1
    Path("third.yaml").write_text(reserved.read_text())
    ran = call("fleet", "status", "third.yaml")
    assert ran.code == 2
    assert "third.yaml: nobody has run it in this fleet" in ran.err


class TestCancel:
    def test_what_is_reserved_is_taken_back_and_what_is_sent_stays(self, call, queue, reserved):
        do(queue, "update attempt set state = 'sending' where id = 1")
        ran = call("fleet", "cancel", reserved)
        assert (ran.code, ran.err) == (
            0,
            "small.yaml: 1 reservation withdrawn, 420 credits free again; 1 that is sent, or about to be, goes on\n",
        )
        assert do(queue, "select state from attempt order by id") == [("sending",), ("withdrawn",)]
        assert do(queue, "select reserved from batch") == [(420,)]
        again = call("fleet", "cancel", reserved)
        assert again.err.startswith("small.yaml: 0 reservations withdrawn, 0 credits free again")

    def test_a_part_of_it(self, call, queue, reserved):
        ran = call("fleet", "cancel", reserved, "--select", "*/owl")
        assert ran.err == "small.yaml: 1 reservation withdrawn, 420 credits free again\n"
        assert do(queue, "select state from attempt order by position") == [("reserved",), ("withdrawn",)]
        slip = call("fleet", "cancel", reserved, "--select", "*/cow")
        assert slip.code == 2
        assert "no job has such a key" in slip.err

    def test_what_was_taken_back_can_be_reserved_again(self, call, queue, reserved):
        call("fleet", "cancel", reserved)
        assert call("run", reserved, "--fleet", "--yes", "--no-wait").code == 0
        assert do(queue, "select trial from attempt where state = 'reserved'") == [(2,), (2,)]


class TestDoctor:
    def test_a_fleet_without_workers(self, call, queue):
        ran = call("doctor")
        assert f"ok    queue: {queue}: set up for this version" in ran.out
        assert "note  workers: none is alive: `sora2batch worker` starts one" in ran.out

    def test_a_database_without_tables(self, call, api, database_url, monkeypatch):
        api()
        monkeypatch.setenv("SORA2BATCH_QUEUE", database_url)
        ran = call("doctor")
        assert ran.code == 2
        assert "bad   queue: " in ran.out
        assert "fleet init" in ran.out

    def test_a_database_that_is_not_there(self, call, api, monkeypatch):
        api()
        monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://ada:hunter22@127.0.0.1:1/work")
        ran = call("doctor")
        assert ran.code == 7
        assert "bad   queue: no connection to the database at 127.0.0.1:1" in ran.out
        assert "hunter22" not in ran.out + ran.err
