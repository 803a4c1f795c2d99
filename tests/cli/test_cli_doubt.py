"""A create call is charged and its answer lost; whatever the ledger then says, the job is not paid twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from fakes.threaded_api import ThreadedApi
from sora2batch.run import price_watch

TOOL = "sora2-image-to-video-api"
EMAIL = "ours@example.org"


def said(data, *, success=True):
    return 200, json.dumps({"success": success, "errorMsg": "", "error_code": 0, "data": data})


def account(email=EMAIL):
    return said({"email": email, "name": None, "balances": 100_000, "subscription": None})


def lost_row(ago=timedelta(hours=1), **more):
    """The row of the lost task, as the ledger may show it."""
    return {
        "id": "row-1",
        "task_type": f"tool_{TOOL}",
        "task_id": "lost",
        "chat_id": None,
        "cost_credits": 420,
        "create_time": (datetime.now(UTC) - ago).isoformat(timespec="microseconds"),
        **more,
    }


def page(*rows, **more):
    return said({"records": [*rows], **more})


@pytest.fixture
def lost(manifest, call, monkeypatch):
    """One job, sent and charged an hour ago; its answer was a gateway's page."""
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    answers = {"query_account_status": account(), "query_credits_usage": page()}
    with ThreadedApi({**answers, "create_tool_task": (500, "<html>")}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        assert call("run", manifest, "--yes", "--limit", "1").code == 4
        assert api.calls.count("create_tool_task") == 1
    path = manifest.with_name("small.lock.jsonl")
    header, line = map(json.loads, path.read_text().splitlines())
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    line |= {"submitted_at": hour_ago, "finished_at": hour_ago}
    path.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in (header, line)))
    return manifest


def calls_of_a_second_run(manifest, call, monkeypatch, ledger, *, email=EMAIL):
    answers = {"query_account_status": account(email), "query_credits_usage": ledger}
    with ThreadedApi({**answers, "create_tool_task": said({"task_id": "second"})}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--no-wait", "--select", "hero/fox")
        assert ran.code == 4, ran.err
        assert "in doubt" in ran.err
        return api.calls


HOURS = timedelta(hours=1)
CASES = {
    "10 s before its intent": page(lost_row(HOURS + timedelta(seconds=10))),
    "local time marked Z, behind": page(lost_row(9 * HOURS)),
    "local time marked Z, ahead": page(lost_row(-7 * HOURS)),
    "no zone": page(lost_row(create_time=(datetime.now(UTC) - 9 * HOURS).isoformat()[:19])),
    "nothing yet": page(),
    "nothing, and it says so": page(next_cursor=None, has_more=False, total=0),
    "rows of nothing": page(None, {}),
    "another name for the id": page({**lost_row(), "taskId": "lost", "task_id": None}),
    "an id too long": page(lost_row(task_id="l" * 300)),
    "a list for an id": page(lost_row(task_id=["lost"])),
    "no prefix": page(lost_row(task_type=TOOL)),
    "capitals": page(lost_row(task_type=f"TOOL_{TOOL}".upper())),
    "underscores": page(lost_row(task_type=f"tool_{TOOL}".replace("-", "_"))),
    "a title": page(lost_row(task_type="Sora 2")),
    "another page": page(has_more=True),
    "a page in other words": page(nextPageToken="2"),
    "another's task": page(lost_row(task_id="theirs", task_type="tool_kling3-text-to-video-api")),
    "an impossible cost": page(lost_row(cost_credits=10**18)),
    "a cost beyond numbers": page(lost_row(cost_credits=1e308)),
    "paid back": page(lost_row(), lost_row(id="row-2", cost_credits=-420)),
    "paid back only": page(lost_row(cost_credits=-420)),
    "of the first year": page(lost_row(create_time="0001-01-01T00:00:00Z")),
    "of the last year": page(lost_row(create_time="9999-12-31T23:59:59Z")),
    "not a list": said({"records": {"lost": lost_row()}}),
    "no success": said(None, success=False),
    "no json": (200, "<html>"),
    "a cost of many digits": (200, page(lost_row())[1].replace("420", "1" + "0" * 400)),
}


@pytest.mark.parametrize("ledger", CASES.values(), ids=CASES)
def test_a_charge_whose_answer_was_lost_is_not_paid_again_whatever_the_ledger_shows(
    lost, call, monkeypatch, ledger
):
    assert "create_tool_task" not in calls_of_a_second_run(lost, call, monkeypatch, ledger)


def test_nor_with_the_key_of_another_account(lost, call, monkeypatch):
    for email in ("theirs@example.org", None):
        calls = calls_of_a_second_run(lost, call, monkeypatch, page(), email=email)
        assert "create_tool_task" not in calls


@pytest.mark.parametrize(
    "cost", ["1e308", "1" + "0" * 30, "-1e308", "NaN", '"1e400"', "9" * 400, "[]", "true"]
)
def test_a_charge_beyond_belief_ends_no_run(manifest, call, monkeypatch, cost):
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    monkeypatch.setattr(price_watch, "_WAITS_SECONDS", (0.05,))
    ledger = (200, page(lost_row(timedelta(0), task_id="ours"))[1].replace("420", cost))
    answers = {"query_account_status": account(), "query_credits_usage": ledger}
    with ThreadedApi({**answers, "create_tool_task": said({"task_id": "ours"})}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        assert call("run", manifest, "--yes", "--no-wait", "--limit", "1").code == 0
    assert call("status", manifest, "--json").document["summary"]["credits"]["spent"] == 420
