"""An API that says something twice, about somebody else, in numbers beyond measure, or no to everybody."""

from __future__ import annotations

import json

import pytest

from fakes.threaded_api import RICH, ThreadedApi, refusal

CREATE, STATUS, ACCOUNT = "create_tool_task", "query_tool_task_status", "query_account_status"
MANY = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 50000}
jobs: {hero: {repeat: 30, input: {prompt: A fox.}}}
run: {submit_concurrency: 1}
"""


def yes(**data) -> tuple[int, str]:
    return 200, json.dumps({"success": True, "errorMsg": "", "error_code": 0, "data": data})


@pytest.fixture
def says() -> dict[str, tuple[int, str]]:
    """What the API answers just now."""
    return {}


@pytest.fixture
def answering(folder, monkeypatch, says):
    """Serve these answers, by call."""

    def serve(**answers) -> ThreadedApi:
        api = ThreadedApi(says)
        says.update({ACCOUNT: RICH} | answers)
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        monkeypatch.setenv("SJINN_API_KEY", "sk-test")
        return api

    return serve


def states(call, manifest) -> list[str]:
    return [job["state"] for job in call("status", manifest, "--json").document["jobs"]]


@pytest.mark.parametrize(
    "answer",
    [
        (502, json.dumps({"success": False, "errorMsg": "upstream timed out", "error_code": 7})),
        (504, json.dumps({"success": False, "errorMsg": "no", "error_code": 401})),
        (500, json.dumps({"success": False, "errorMsg": "no", "error_code": 100})),
        (200, '{"success":true,"success":false,"errorMsg":"no","error_code":7}'),
        (200, '{"success":true,"data":{"task_id":"t-1","task_id":"t-2"}}'),
        (503, '{"success":false,"success":true,"data":{"task_id":"t-1"}}'),
    ],
)
def test_what_may_follow_a_charge_is_in_doubt_and_is_not_sent_again(call, manifest, answering, answer):
    with answering(**{CREATE: answer}) as api:
        assert call("run", manifest, "--yes", "--no-wait", "--limit", 1).code == 4
        assert states(call, manifest) == ["in_doubt", "pending"]
        call("run", manifest, "--yes", "--no-wait", "--retry-failed", "--select", "hero/fox")
    assert api.calls.count(CREATE) == 1


def test_one_task_for_two_jobs_is_the_first_ones_and_the_second_is_told(call, manifest, answering):
    with answering(**{CREATE: yes(task_id="t-1")}) as api:
        ran = call("run", manifest, "--yes", "--no-wait")
        assert ran.code == 4
        assert "in doubt: hero/owl: the API answered with task t-1, which is that of hero/fox" in ran.err
        assert states(call, manifest) == ["submitted", "in_doubt"]
        document = call("status", manifest, "--json").document
        assert document["jobs"][1]["task_id"] is None
        assert document["summary"]["credits"]["spent"] == 840
        call("run", manifest, "--yes", "--no-wait", "--retry-failed")
    assert api.calls.count(CREATE) == 2


def test_the_task_of_an_earlier_run_is_not_taken_for_a_new_one(call, manifest, answering, says):
    with answering(**{CREATE: yes(task_id=17)}):
        assert call("run", manifest, "--yes", "--no-wait", "--limit", 1).code == 0
        says[CREATE] = yes(task_id="17")
        ran = call("run", manifest, "--yes", "--no-wait")
    assert ran.code == 4
    assert "task 17, which is that of hero/fox" in ran.err
    assert states(call, manifest) == ["submitted", "in_doubt"]


@pytest.mark.parametrize("status", [-1, 1])
def test_a_status_of_another_task_ends_nothing(call, manifest, answering, status):
    manifest.write_text(
        manifest.read_text().replace("poll_interval: 0.05", "poll_interval: 0.05, timeout: 1")
    )
    answer = yes(task_id="t-9", status=status, output_urls=["https://h.example/a.mp4"], error="no")
    with answering(**{CREATE: yes(task_id="t-1"), STATUS: answer}) as api:
        ran = call("run", manifest, "--yes", "--limit", 1)
    assert ran.code == 4
    assert states(call, manifest) == ["submitted", "pending"]
    assert api.calls.count(STATUS) > 1


@pytest.mark.parametrize("balance", ["1e308", "1" + "0" * 400])
def test_a_balance_beyond_measure_is_no_balance(call, manifest, answering, balance):
    answer = (200, f'{{"success":true,"errorMsg":"","error_code":0,"data":{{"balances":{balance}}}}}')
    with answering(**{ACCOUNT: answer}) as api:
        ran = call("run", manifest, "--yes")
        assert ran.code == 4
        assert "query_account_status failed 3 times" in ran.err
    assert CREATE not in api.calls


@pytest.mark.parametrize("code", ["1e308", "9" * 300])
def test_an_error_code_beyond_measure_is_kept_in_the_lockfile(call, manifest, answering, code):
    answer = (200, f'{{"success":false,"errorMsg":"no","error_code":{code},"data":null}}')
    with answering(**{CREATE: answer}):
        assert call("run", manifest, "--yes").code == 1
    assert states(call, manifest) == ["rejected", "rejected"]


def test_the_same_rejection_over_and_over_ends_the_submitting_and_is_named_in_the_end(
    call, folder, answering
):
    manifest = folder / "many.yaml"
    manifest.write_text(MANY)
    with answering(**{CREATE: refusal("the prompt is not allowed", 42)}) as api:
        ran = call("run", manifest, "--yes", "-q")
    assert ran.code == 1
    assert api.calls.count(CREATE) == 20
    last = ran.err.splitlines()[-2:]
    assert last[0] == (
        "error: no more jobs were submitted: 20 jobs in a row were rejected for the same reason: "
        "the prompt is not allowed (code 42)"
    )
    assert last[1].startswith("hint: mend the cause, then run again")


def test_a_refused_picture_is_sent_again_by_force_only(call, manifest, answering):
    with answering(**{CREATE: refusal("the image cannot be fetched", 7)}) as api:
        assert call("run", manifest, "--yes").code == 1
        ran = call("run", manifest, "--yes", "--retry-failed")
        assert ran.code == 1
        assert "2 failed jobs are not submitted again (hero/fox and others)" in (
            call("plan", manifest, "--retry-failed").out
        )
        assert api.calls.count(CREATE) == 2
        assert "--force" in call("plan", manifest, "--json").document["jobs"][0]["reason"]
        assert call("run", manifest, "--yes", "--retry-failed", "--force").code == 1
        assert api.calls.count(CREATE) == 4


@pytest.mark.parametrize("command", ["plan", "run"])
def test_force_alone_says_nothing(call, manifest, command):
    ran = call(command, manifest, "--force")
    assert ran.code == 2
    assert "--force goes with --retry-failed" in ran.err


def test_a_task_under_two_jobs_is_told_by_the_plan(call, manifest, answering, folder, says):
    with answering(**{CREATE: yes(task_id="t-1")}):
        call("run", manifest, "--yes", "--no-wait", "--limit", 1)
        says[CREATE] = yes(task_id="t-2")
        call("run", manifest, "--yes", "--no-wait")
    lock = folder / "small.lock.jsonl"
    lock.write_text(lock.read_text().replace("t-2", "t-1"))
    ran = call("plan", manifest)
    assert ran.code == 0
    assert "task t-1 stands under 2 jobs, hero/fox and hero/owl, and counts for each" in ran.out
