"""The API cannot be reached: its own exit code, nothing was sent, and a program learns how to go on."""

import shlex
import socket

import pytest

from fakes.lock_entry import entry_of, in_doubt
from fakes.threaded_api import BROKEN, RICH, ThreadedApi, refusal
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import lockfile_of

KEY = "sk-never-to-be-seen"


@pytest.fixture
def closed():
    """A port of this machine at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.fixture(params=["refused", "no such name", "no TLS", "dead proxy"])
def gone(request, monkeypatch, closed):
    """An API that is not there, each time in another way."""
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    url = {
        "refused": f"http://127.0.0.1:{closed}/api",
        "no such name": "https://api.sora2batch.invalid/api",
        "dead proxy": "https://api.sora2batch.example/api",
    }
    with ThreadedApi({}) as plain:
        tls = plain.url.replace("http://", "https://")
        monkeypatch.setenv("SORA2BATCH_API_URL", url.get(request.param, tls))
        if request.param == "dead proxy":
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{closed}")
        yield request.param
        assert plain.calls == []


@pytest.mark.parametrize(
    "command",
    ["run small.yaml --yes", "plan small.yaml --check-balance", "reconcile small.yaml", "doctor small.yaml"],
)
def test_it_is_7_for_every_command_that_asks(call, manifest, folder, gone, command):
    if command.startswith("reconcile"):
        doubt = entry_of(in_doubt(submitted_at="2026-11-22T09:00:00Z"))
        lockfile = lockfile_of("small.yaml", [doubt])
        (folder / "small.lock.jsonl").write_bytes(encode_lockfile(lockfile))
    ran = call(*shlex.split(command))
    assert ran.code == 7, ran.err + ran.out
    assert "the API cannot be reached: " in ran.err + ran.out
    assert "hunter2" not in ran.err + ran.out
    assert not (folder / "small.journal.jsonl").exists()


def test_an_api_that_goes_away_before_the_first_create_call_is_7_and_nothing_was_sent(
    call, manifest, folder, monkeypatch
):
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    with ThreadedApi({"query_account_status": RICH}, last="query_account_status") as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--json")
    assert ran.code == 7
    assert api.calls == ["query_account_status"]
    assert ran.document["error"]["code"] == "unreachable"
    assert "no connection to 127.0.0.1" in ran.document["error"]["message"]
    assert {job["state"] for job in ran.document["jobs"]} == {"pending"}
    assert not (folder / "small.lock.jsonl").exists()


def test_an_api_that_is_there_but_takes_no_calls_is_4(call, manifest, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    with ThreadedApi({"query_account_status": RICH, "create_tool_task": (429, "")}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--json")
    assert ran.code == 4
    assert ran.document["error"]["code"] == "open"


def test_an_api_whose_gateway_answers_was_reached(call, manifest, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    with ThreadedApi({"query_account_status": BROKEN}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        assert call("run", manifest, "--yes").code == 4


def test_a_call_whose_answer_is_lost_was_sent_so_it_is_4(call, manifest, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    with ThreadedApi({"query_account_status": RICH, "create_tool_task": BROKEN}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--json", "--limit", 1)
    assert ran.code == 4
    assert ran.document["resume"]["command"][:3] == ["sora2batch", "run", "small.yaml"]


def test_tasks_that_are_open_from_before_weigh_more(call, manifest, api, monkeypatch, closed):
    api("--speed", "0.01")
    assert call("run", manifest, "--yes", "--limit", 1, "--no-wait").code == 0
    monkeypatch.setenv("SORA2BATCH_API_URL", f"http://127.0.0.1:{closed}/api")
    ran = call("run", manifest, "--yes", "--json")
    assert (ran.code, ran.document["error"]["exit_code"]) == (4, 7)


def test_a_run_that_sent_nothing_names_the_error_and_the_way_on(call, manifest, gone, folder):
    ran = call("run", manifest, "--yes", "--json", "--limit", 1, "--where", "animal=fox", "--no-wait")
    assert ran.code == 7
    error = ran.document["error"]
    assert (error["code"], error["exit_code"]) == ("unreachable", 7)
    assert error["hint"] == "nothing was sent: run it again once there is a connection"
    assert f"error: {error['message']}" in ran.err
    words = "sora2batch run small.yaml --where animal=fox --limit 1 --no-wait --yes --json"
    assert ran.document["resume"] == {"command": words.split(), "lockfile": "small.lock.jsonl"}


def test_what_the_document_tells_to_run_goes_on(call, manifest, api, monkeypatch):
    api()
    with ThreadedApi({}) as broken:
        monkeypatch.setenv("SORA2BATCH_API_URL", broken.url)
        way_on = call("run", manifest, "--yes", "--json", "--limit", 1).document["resume"]["command"]
    api()
    ran = call(*way_on[1:])
    assert ran.code == 0
    assert sorted(job["state"] for job in ran.document["jobs"]) == ["completed", "pending"]
    assert not {"error", "resume"} & ran.document.keys()


@pytest.mark.parametrize(
    ("flags", "code", "word", "goes_on"),
    [
        ((), 2, "usage", False),
        (("--yes", "--max-credits", "1"), 3, "budget", True),
        (("--yes",), 5, "key", True),
    ],
)
def test_every_reason_why_nothing_was_sent_is_named(call, manifest, monkeypatch, flags, code, word, goes_on):
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    with ThreadedApi({"query_account_status": refusal("no such key", 401)}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--json", *flags)
    assert ran.code == ran.document["error"]["exit_code"] == code
    assert ran.document["error"]["code"] == word
    assert ran.document["error"]["message"] in ran.err
    assert ("resume" in ran.document) is goes_on
    assert {job["state"] for job in ran.document["jobs"]} == {"pending"}


def test_of_several_manifests_the_rest_is_not_begun_and_each_says_why(call, manifest, folder, gone):
    (folder / "other.yaml").write_text(manifest.read_text().replace("A {{", "The {{"))
    ran = call("run", ".", "--yes", "--json")
    assert ran.code == 7
    first, second = ran.document["manifests"]
    assert first["error"]["code"] == second["error"]["code"] == "unreachable"
    assert second["error"]["message"] == "not begun, because the run of other.yaml ended"
    assert second["resume"]["command"] == ["sora2batch", "run", "small.yaml", "--yes", "--json"]
