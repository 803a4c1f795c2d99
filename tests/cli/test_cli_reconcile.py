from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from fakes.threaded_api import RICH, ThreadedApi
from sora2batch.ground.job import fingerprint_of

KEY = "sk-never-to-be-seen"
LONG_AGO = "2026-11-22T09:00:00Z"
TASK = "550e8400-e29b-41d4-a716-446655440000"
CONTROL = ("control-task", 420, "2026-11-22T09:00:02.000000+00:00")
"""A task of ours that the ledger shows: without one its silence proves nothing."""
TOOL = "sora2-image-to-video-api"


def ledger(*rows):
    records = [
        {
            "id": f"row-{number}",
            "task_type": "tool_sora2-image-to-video-api",
            "task_id": task_id,
            "chat_id": None,
            "cost_credits": cost,
            "create_time": moment,
        }
        for number, (task_id, cost, moment) in enumerate(rows)
    ]
    envelope = {"success": True, "errorMsg": "", "error_code": 0, "data": {"records": records}}
    return 200, json.dumps(envelope)


def write_lines(manifest, lines):
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    manifest.with_name("small.lock.jsonl").write_text(text)


CONTROL_LINE = {
    "key": "hero/control",
    "state": "completed",
    "credits": 420,
    "task_id": CONTROL[0],
    "tool_type": TOOL,
    "take": 1,
    "input": {"prompt": "one of ours"},
    "submitted_at": LONG_AGO,
    "fingerprint": fingerprint_of(TOOL, {"prompt": "one of ours"}, 1),
}


@pytest.fixture
def doubtful(manifest, call):
    """A manifest whose first job is in doubt and whose second was never submitted."""

    def make(submitted_at=LONG_AGO, count=1):
        jobs = call("plan", manifest, "--json").document["jobs"]
        lines = [{"lock_version": 1, "manifest": "small.yaml"}]
        lines += [
            {
                "key": job["key"],
                "state": "in_doubt",
                "credits": 420,
                "tool_type": job["tool_type"],
                "take": 1,
                "input": job["input"],
                "submitted_at": submitted_at,
                "fingerprint": job["fingerprint"],
            }
            for job in jobs[:count]
        ]
        write_lines(manifest, [*lines, CONTROL_LINE])
        return manifest

    return make


@pytest.fixture
def served(monkeypatch):
    """Serve these answers as the API, with a key in the environment."""

    def serve(**answers):
        api = ThreadedApi({"query_account_status": RICH, **answers})
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        monkeypatch.setenv("SJINN_API_KEY", KEY)
        return api

    return serve


def actions(call, manifest):
    return {job["key"]: job["action"] for job in call("plan", manifest, "--json").document["jobs"]}


def test_a_doubt_without_a_trace_is_shown_and_left(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger(CONTROL)):
        ran = call("reconcile", manifest, "--json")
    assert ran.code == 4
    (found,) = ran.document["in_doubt"]
    assert (found["key"], found["verdict"], found["candidates"]) == ("hero/fox", "free", [])
    assert actions(call, manifest)["hero/fox"] == "in_doubt"


def test_auto_releases_what_was_never_charged(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger(CONTROL)):
        ran = call("reconcile", manifest, "--auto", "--json")
    assert (ran.code, ran.document["released"], ran.document["in_doubt"]) == (0, ["hero/fox"], [])
    assert actions(call, manifest) == {"hero/fox": "submit", "hero/owl": "submit"}


def test_auto_adopts_the_one_task_that_fits(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger((TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--auto", "--json")
    assert ran.document["adopted"] == [{"key": "hero/fox", "task_id": TASK}]
    assert ran.code == 0
    assert actions(call, manifest)["hero/fox"] == "resume"


def test_auto_adopts_nothing_where_two_jobs_could_be_meant(doubtful, served, call):
    manifest = doubtful(count=2)
    with served(query_credits_usage=ledger((TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--auto", "--json")
    assert (ran.code, ran.document["adopted"]) == (4, [])
    assert {found["verdict"] for found in ran.document["in_doubt"]} == {"candidates"}


def test_a_person_may_adopt_and_release_by_word(doubtful, served, call):
    manifest = doubtful(count=2)
    with served(query_credits_usage=ledger((TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--adopt", f"hero/owl={TASK}", "--release", "hero/fox")
    assert ran.code == 0
    assert f"adopted: hero/owl is task {TASK}" in ran.out
    assert actions(call, manifest) == {"hero/fox": "submit", "hero/owl": "resume"}


def test_a_task_that_another_job_has_is_not_adopted_however_its_id_is_spelled(doubtful, served, call):
    manifest = doubtful(count=2)
    with served(query_credits_usage=ledger((TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        call("reconcile", manifest, "--adopt", f"hero/fox={TASK}")
        ran = call("reconcile", manifest, "--adopt", f"hero/owl={TASK.upper()}")
    assert ran.code == 2
    assert "belongs to another job already" in ran.err


def test_a_release_against_the_ledger_is_warned_of(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger((TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--release", "hero/fox")
    assert f"the ledger has the task {TASK} (420 credits)" in ran.err


def test_release_by_word_needs_no_key(doubtful, call):
    manifest = doubtful()
    assert call("reconcile", manifest, "--release", "hero/fox").code == 0
    assert actions(call, manifest)["hero/fox"] == "submit"


def test_a_job_that_is_not_in_doubt_cannot_be_released(doubtful, call):
    manifest = doubtful()
    before = manifest.with_name("small.lock.jsonl").read_bytes()
    ran = call("reconcile", manifest, "--release", "hero/owl")
    assert ran.code == 2
    assert "hero/owl is not in doubt" in ran.err
    assert manifest.with_name("small.lock.jsonl").read_bytes() == before


def test_a_charge_that_differs_from_its_price_is_shown(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger((TASK, 500, "2026-11-22T09:00:01.300000+00:00"))):
        call("reconcile", manifest, "--adopt", f"hero/fox={TASK}")
    lock = manifest.with_name("small.lock.jsonl")
    lock.write_text(lock.read_text().replace('"credits":500', '"credits":420'))
    with served(query_credits_usage=ledger((TASK, 500, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--json")
    (difference,) = ran.document["charges"]["differences"]
    assert (difference["credits"], difference["cost_credits"]) == (420, 500)
    assert difference["returned_credits"] == 0
    assert ran.code == 1


@pytest.fixture
def lost(manifest, api, call):
    """A campaign of which one job was paid, and the call for the other one was lost an hour ago."""
    api()
    assert call("run", manifest, "--yes", "--no-download", "--select", "hero/owl").code == 0
    job = next(job for job in call("plan", manifest, "--json").document["jobs"] if job["key"] == "hero/fox")
    path = manifest.with_name("small.lock.jsonl")
    header, owl = map(json.loads, path.read_text().splitlines())
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fox = {
        "key": "hero/fox",
        "state": "in_doubt",
        "credits": 420,
        "tool_type": TOOL,
        "take": 1,
        "input": job["input"],
        "submitted_at": hour_ago,
        "api": owl["api"],
        "account": owl["account"],
        "fingerprint": job["fingerprint"],
    }

    def change(**more):
        write_lines(manifest, [header, {**fox, **more}, owl])
        return manifest

    return change


def test_a_run_releases_what_the_ledger_proves_free_and_submits_it(lost, call):
    manifest = lost()
    ran = call("run", manifest, "--yes", "--no-download")
    assert "hero/fox was never charged" in ran.err
    assert ran.code == 0
    assert actions(call, manifest) == {"hero/fox": "download", "hero/owl": "download"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"account": "f" * 16}, "made with a key of another account"),
        ({"account": "several"}, "made with a key of another account"),
        ({"api": "elsewhere.example"}, "the call was made at elsewhere.example"),
    ],
)
def test_a_run_with_another_key_or_elsewhere_releases_nothing(lost, call, change, reason):
    manifest = lost(**change)
    ran = call("run", manifest, "--yes", "--no-download", "--select", "hero/fox")
    assert ran.code == 4
    assert reason in ran.err
    assert actions(call, manifest)["hero/fox"] == "in_doubt"


def test_a_ledger_that_shows_nothing_of_ours_releases_nothing(doubtful, served, call):
    manifest = doubtful()
    theirs = ("theirs", 50, "2026-11-22T09:00:01.300000+00:00")
    for rows in [(), (theirs,)]:
        with served(query_credits_usage=ledger(*rows)):
            ran = call("reconcile", manifest, "--auto", "--json")
        (found,) = ran.document["in_doubt"]
        assert ran.code == 4
        assert found["verdict"] in {"unproven", "candidates"}
    with served(query_credits_usage=ledger()):
        ran = call("reconcile", manifest)
    assert "the ledger lacks our task control-task too" in ran.out
    assert "--release" in ran.out


def test_auto_adopts_nothing_where_others_use_the_account(doubtful, served, call):
    manifest = doubtful()
    fits = (TASK, 420, "2026-11-22T09:00:01.300000+00:00")
    rows = json.loads(ledger(CONTROL, fits)[1])
    theirs = {**rows["data"]["records"][0], "task_id": "theirs", "task_type": "tool_kling3-text-to-video-api"}
    rows["data"]["records"].append(theirs)
    with served(query_credits_usage=(200, json.dumps(rows))):
        ran = call("reconcile", manifest, "--auto")
    assert ran.code == 4
    assert "others seem to use this account" in ran.out
    assert "theirs" in ran.out
    assert actions(call, manifest)["hero/fox"] == "in_doubt"


def test_a_match_without_a_word_says_what_it_rests_on(doubtful, served, call):
    manifest = doubtful()
    with served(query_credits_usage=ledger(CONTROL, (TASK, 420, "2026-11-22T09:00:01.300000+00:00"))):
        ran = call("reconcile", manifest, "--auto")
    assert "matched by tool, price and time alone" in ran.out


def test_a_run_leaves_a_young_doubt_alone(doubtful, api, call):
    manifest = doubtful(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    api()
    ran = call("run", manifest, "--yes")
    assert ran.code == 4
    assert "no charge so far" in ran.err
    assert actions(call, manifest) == {"hero/fox": "in_doubt", "hero/owl": "skip"}


def test_a_run_leaves_a_doubt_with_a_candidate_alone(doubtful, served, call):
    soon = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest = doubtful(soon, count=2)
    moment = (datetime.now(UTC) - timedelta(minutes=59)).isoformat(timespec="microseconds")
    with served(query_credits_usage=ledger((TASK, 420, moment))) as api:
        ran = call("run", manifest, "--yes")
    assert ran.code == 4
    assert "create_tool_task" not in api.calls
    assert "sora2batch reconcile" in ran.err


def test_a_run_without_a_key_leaves_doubts_alone(doubtful, call):
    manifest = doubtful(count=2)
    assert call("run", manifest, "--yes").code == 4
