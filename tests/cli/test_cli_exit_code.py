"""Every row of the table of exit codes; what each says on which stream."""

import asyncio
import subprocess
import sys

import pytest

from fakes.threaded_api import BROKEN, RICH, ThreadedApi
from sora2batch.ground.clock import SystemClock
from sora2batch.lockfile.lockfile_store import LockfileStore


def test_done_is_0(call, manifest, api):
    api()
    ran = call("run", manifest, "--yes")
    assert ran.code == 0
    assert ran.out == (
        "2 completed\ncredits: 840 spent of 5,000\nclips:    out/small\nlockfile: small.lock.jsonl\n"
        "gallery:  `sora2batch report small.yaml` writes it\n"
    )
    assert ran.err.splitlines()[0] == "small.yaml: 2 to submit"
    last = "2/2 submitted, 2/2 generated, 2/2 downloaded; 840 of 5,000 credits; after "
    assert ran.err.splitlines()[-1].startswith(last)


def test_failed_jobs_are_1(call, manifest, api):
    api("--fault", "fail=1")
    ran = call("run", manifest, "--yes")
    assert ran.code == 1
    assert "failed: hero/fox: " in ran.err
    assert "2 failed" in ran.out


def test_a_damaged_file_is_1_for_verify_and_download_mends_it(call, manifest, api, folder):
    api()
    call("run", manifest, "--yes")
    clip = folder / "out/small/hero/fox.mp4"
    clip.write_bytes(b"not a clip")
    ran = call("verify", manifest)
    next_step = f"next: `sora2batch download {manifest.name}` fetches them again, at no cost"
    assert (ran.code, ran.err.splitlines()) == (1, ["2 finished jobs checked, 1 differ", next_step])
    assert ran.out.startswith("hero/fox: ")
    assert call("download", manifest).code == 0
    assert call("verify", manifest).code == 0
    assert (folder / "out/small/hero/fox.changed-1.mp4").read_bytes() == b"not a clip"


def test_a_lost_clip_that_is_nowhere_any_more_is_4_and_told_in_the_end(call, manifest, api, folder):
    api("--fault", "result-gone=1")
    call("run", manifest, "--yes")
    (folder / "out/small/hero/fox.mp4").unlink()
    ran = call("run", manifest, "--yes", "-q")
    assert ran.code == 4
    assert "next: 1 done but not downloaded: `sora2batch download small.yaml` fetches them" in ran.out
    assert ran.err.startswith("not downloaded: hero/fox: ")


def test_a_wrong_flag_is_2(call):
    ran = call("run", "--frobnicate")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1].startswith("error: No such option")


def test_a_missing_manifest_is_2(call):
    ran = call("run", "nowhere.yaml", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "error: there is no manifest nowhere.yaml\nhint: `sora2batch init` makes one to start from\n"
    )


def test_an_invalid_manifest_is_2_and_every_problem_has_its_place(call, manifest):
    text = manifest.read_text().replace("mode: std", "mode: PRO").replace("duration: 10", "duration: 12")
    manifest.write_text(text)
    ran = call("run", manifest, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert [line for line in ran.err.splitlines() if line.startswith("small.yaml:4:")]
    assert 'did you mean "pro"' in ran.err
    assert ran.err.splitlines()[-1].startswith("error: small.yaml has ")


def test_no_key_is_2_and_names_the_variable(call, manifest, folder):
    ran = call("run", manifest, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "SJINN_API_KEY" in ran.err
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_a_key_is_not_sent_over_plain_http(call, manifest, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    monkeypatch.setenv("SORA2BATCH_API_URL", "http://api.example.com/un-api")
    ran = call("run", manifest, "--yes")
    assert ran.code == 2
    assert "in the clear to api.example.com" in ran.err


def test_without_a_terminal_and_without_yes_it_is_2(call, manifest, api, folder):
    api()
    ran = call("run", manifest)
    assert ran.code == 2
    assert ran.err.splitlines()[-2:] == [
        "error: small.yaml: this would spend 840 credits and nobody is there to ask",
        "hint: say --yes if that is what you want",
    ]
    assert not (folder / "small.lock.jsonl").exists()


def test_an_unreadable_lockfile_is_2_and_stays_as_it_was(call, manifest, folder, api):
    api()
    lockfile = folder / "small.lock.jsonl"
    lockfile.write_text("<<<<<<< ours\n")
    for command in ("plan", "status", "run", "verify"):
        flags = ["--yes"] if command == "run" else []
        assert call(command, manifest, *flags).code == 2
    assert lockfile.read_text() == "<<<<<<< ours\n"


def test_a_plan_over_budget_is_shown_and_3(call, manifest):
    ran = call("plan", manifest, "--max-credits", 500)
    assert ran.code == 3
    assert ran.out.splitlines()[-1] == "credits: 840 to spend, 0 spent, of 500: 340 over budget"
    assert ran.err.startswith("error: small.yaml: over budget by 340 credits")


def test_a_run_over_budget_is_3_and_sends_nothing(call, manifest, api):
    api()
    assert call("run", manifest, "--yes", "--max-credits", 500).code == 3
    assert "2 to submit" in call("plan", manifest).out


def test_a_balance_too_small_is_3(call, manifest, api):
    api("--balance", "500")
    for command in (("run", "--yes"), ("plan", "--check-balance")):
        ran = call(command[0], manifest, command[1])
        assert ran.code == 3
        assert "the account has 500 credits, 340 fewer" in ran.err


def test_a_call_without_an_answer_is_4_and_in_doubt(call, manifest, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", "sk-test")
    with ThreadedApi({"query_account_status": RICH, "create_tool_task": BROKEN}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--no-wait", "--limit", 1)
    assert ran.code == 4
    assert "in doubt: hero/fox: " in ran.err
    assert api.calls.count("create_tool_task") == 1


def test_a_refused_key_is_5(call, manifest, api, monkeypatch):
    api()
    monkeypatch.setenv("SJINN_API_KEY", "wrong-key")
    ran = call("run", manifest, "--yes")
    assert ran.code == 5
    assert "wrong-key" not in ran.err


def test_a_held_lockfile_is_6_and_says_who_holds_it(call, manifest, folder, api):
    api()
    store = LockfileStore.open(folder / "small.lock.jsonl", manifest="small.yaml", clock=SystemClock())
    try:
        ran = call("run", manifest, "--yes")
    finally:
        asyncio.run(store.close())
    assert ran.code == 6
    assert "is held by" in ran.err


def test_something_to_submit_is_10_for_plan_if_asked(call, manifest, api):
    assert call("plan", manifest, "--detailed-exitcode").code == 10
    assert call("plan", manifest, "--detailed-exitcode", "--max-credits", 1).code == 3
    api()
    call("run", manifest, "--yes", "--no-download")
    assert call("plan", manifest, "--detailed-exitcode").code == 0


@pytest.mark.parametrize("command", ["run", "plan", "status", "validate", "verify", "download"])
def test_without_a_manifest_it_is_2(call, command):
    assert call(command).code == 2


def test_no_command_at_all_shows_the_help(call):
    ran = call()
    assert (ran.code, ran.err) == (0, "")
    assert "\nStart:\n  init " in ran.out


@pytest.mark.parametrize(("store", "ends"), [("obstore", b""), ("json", b"python ends\n")])
def test_threads_of_a_store_cannot_abort_the_program_at_its_end(store, ends):
    """They crash a Python that is being taken down, about one time in ten: the process ends without that."""
    program = (
        f"import atexit, sys, {store}; atexit.register(print, 'python ends');"
        "sys.argv[1:] = ['tools', 'none']; from sora2batch.__main__ import main; main()"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=120)
    assert (ran.returncode, ran.stdout) == (2, ends)
    assert b"error: " in ran.stderr
