from __future__ import annotations

import json

import pytest

from fakes.threaded_api import RICH, ThreadedApi
from sora2batch.ground.job import fingerprint_of

TOOL = "sora2-image-to-video-api"
FAILED, LOST, FINE = "task-failed", "task-without-a-file", "task-fine"


def line(name, state, task_id, **more):
    request = {"prompt": name}
    return {
        "key": f"hero/{name}",
        "state": state,
        "credits": 420,
        "task_id": task_id,
        "tool_type": TOOL,
        "take": 1,
        "input": request,
        "submitted_at": "2026-11-22T09:00:00Z",
        **more,
        "fingerprint": fingerprint_of(TOOL, request, 1),
    }


def row(task_id, cost, moment="2026-11-22T10:00:01.300000+01:00"):
    return {
        "id": f"{task_id} {cost}",
        "task_type": f"tool_{TOOL}",
        "task_id": task_id,
        "chat_id": None,
        "cost_credits": cost,
        "create_time": moment,
    }


@pytest.fixture
def broken(manifest):
    lines = [
        {"lock_version": 1, "manifest": "small.yaml"},
        line("a", "failed", FAILED, error={"message": "content policy"}),
        line("b", "completed", LOST, error={"message": "404"}),
        line("c", "completed", FINE),
    ]
    text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in lines)
    manifest.with_name("small.lock.jsonl").write_text(text)
    return manifest


@pytest.fixture
def served(monkeypatch):
    def serve(*rows):
        body = {"success": True, "errorMsg": "", "error_code": 0, "data": {"records": [*rows]}}
        api = ThreadedApi({"query_account_status": RICH, "query_credits_usage": (200, json.dumps(body))})
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
        return api

    return serve


def test_what_failed_and_was_charged_is_listed_with_ids_and_times(broken, served, call):
    with served(row(FAILED, 420), row(FAILED, -420), row("somebody else's", 50)):
        ran = call("status", broken, "--ledger")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "small.yaml: 2 tasks came to nothing",
        f"  hero/a: failed, task {FAILED} of {TOOL}",
        "    sent 2026-11-22T09:00:00Z; charged 420 credits at 2026-11-22T09:00:01Z, 420 given back",
        "    content policy",
        f"  hero/b: completed, task {LOST} of {TOOL}",
        "    sent 2026-11-22T09:00:00Z; the ledger shows no row of it (its price is 420 credits)",
        "    404",
        "the ledger shows 420 credits charged for them, 420 given back; times are UTC",
    ]


def test_as_json_it_is_the_status_with_a_list_more(broken, served, call):
    with served(row(FAILED, 420)):
        document = call("status", broken, "--ledger", "--json").document
    assert document["summary"]["jobs"] == 2
    failed, lost = document["ledger"]
    assert (failed["task_id"], failed["cost_credits"], failed["create_time"]) == (
        FAILED,
        420,
        "2026-11-22T09:00:01Z",
    )
    assert (lost["task_id"], lost["cost_credits"]) == (LOST, None)


def test_a_task_whose_time_nobody_knows_is_looked_for_in_the_whole_ledger(broken, served, call):
    lock = broken.with_name("small.lock.jsonl")
    lock.write_text(lock.read_text().replace('"submitted_at":"2026-11-22T09:00:00Z",', ""))
    with served(row(FAILED, 420)):
        ran = call("status", broken, "--ledger")
    assert "    sent at an unknown time; charged 420 credits at 2026-11-22T09:00:01Z" in ran.out.splitlines()


def test_what_is_not_understood_is_told(broken, served, call):
    with served(row(FAILED, 420), None):
        ran = call("status", broken, "--ledger")
    assert "not understood: a row is no object" in ran.err


def test_where_nothing_failed_nobody_is_asked(manifest, call):
    ran = call("status", manifest, "--ledger")
    assert (ran.code, ran.out) == (0, "small.yaml: no task failed or ended without its file\n")


@pytest.mark.parametrize("flag", ["--watch", "--simulate"])
def test_it_goes_with_neither_a_watch_nor_a_simulation(manifest, call, flag):
    assert call("status", manifest, "--ledger", flag).code == 2


def test_without_a_key_it_names_the_variable(broken, call):
    ran = call("status", broken, "--ledger")
    assert ran.code == 2
    assert "SJINN_API_KEY" in ran.err


def test_it_is_a_table_for_a_spreadsheet(call, broken, served):
    with served(row(FAILED, 420), row(FAILED, -420)):
        lines = call("status", broken, "--ledger", "--csv").out.splitlines()
    assert lines[0].startswith("key,state,tool,task_id,credits,cost_credits,returned_credits,submitted_at")
    assert lines[1].startswith(f"hero/a,failed,{TOOL},{FAILED},420,420,420,2026-11-22T09:00:00Z")
    assert len(lines) == 3
