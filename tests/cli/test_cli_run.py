"""``run``: again, several at once, interrupted."""

import json
import os
import signal
import subprocess
import sys

import pytest

from fakes.threaded_api import RICH, ThreadedApi
from fakes.waiting import wait_until


def tree(folder):
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_with_nothing_to_do_needs_nothing_and_changes_nothing(call, manifest, api, folder, monkeypatch):
    api()
    assert call("run", manifest, "--yes").code == 0
    before = tree(folder)
    monkeypatch.delenv("SJINN_API_KEY")
    monkeypatch.delenv("SORA2BATCH_API_URL")
    ran = call("run", manifest)
    assert (ran.code, ran.err) == (0, "small.yaml: nothing to do: 2 finished\n")
    assert tree(folder) == before


def test_a_run_goes_on_where_the_last_one_ended(call, manifest, api):
    api()
    assert call("run", manifest, "--yes", "--no-wait", "--limit", 1).code == 0
    assert "1 to submit, 1 to wait for" in call("plan", manifest).out
    assert call("run", manifest, "--yes").code == 0
    assert call("plan", manifest, "--detailed-exitcode").code == 0


def test_a_renamed_job_keeps_its_result_and_gets_its_new_name(call, manifest, api, folder):
    api()
    call("run", manifest, "--yes", "--no-download")
    manifest.write_text(manifest.read_text().replace("hero:", "star:"))
    assert call("run", manifest, "--no-download").code == 0
    lines = (folder / "small.lock.jsonl").read_text().splitlines()[1:]
    assert [json.loads(line)["key"] for line in lines] == ["star/fox", "star/owl"]


def test_a_dry_run_is_the_plan(call, manifest, folder):
    dry, plan = call("run", manifest, "--dry-run"), call("plan", manifest)
    assert (dry.code, dry.out) == (plan.code, plan.out)
    assert call("run", manifest, "--dry-run", "--max-credits", 1).code == 3
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_simulate_leaves_the_real_lockfile_and_folder_alone(call, manifest, folder):
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox]"))
    ran = call("run", manifest, "--simulate")
    assert ran.code == 0
    assert ran.out.endswith(
        "clips:    out/small.sim\nlockfile: small.sim.lock.jsonl\n"
        "gallery:  `sora2batch report small.yaml --simulate` writes it\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["out", "small.sim.lock.jsonl", "small.yaml"]
    assert b"ftyp" in (folder / "out/small.sim/hero/fox.mp4").read_bytes()[:16]
    assert call("status", manifest, "--simulate").out.splitlines()[1].split()[:2] == ["completed", "hero/fox"]
    assert call("verify", manifest, "--simulate").code == 0


@pytest.fixture
def second(manifest, folder):
    """Another manifest beside the first."""
    path = folder / "later.yaml"
    path.write_text(manifest.read_text().replace("A {{", "The {{"))
    return path.name


def test_several_manifests_run_one_after_the_other(call, manifest, second, api):
    api()
    ran = call("run", manifest, second, "--yes", "--no-download", "--json")
    assert ran.code == 0
    documents = ran.document["manifests"]
    assert [one["manifest"] for one in documents] == ["small.yaml", "later.yaml"]
    assert {job["state"] for one in documents for job in one["jobs"]} == {"completed"}


def test_one_invalid_manifest_and_nothing_is_sent_for_any(call, manifest, second, api, folder):
    api()
    (folder / second).write_text((folder / second).read_text().replace("mode: std", "mode: ultra"))
    assert call("run", manifest, second, "--yes").code == 2
    assert not (folder / "small.lock.jsonl").exists()


def test_one_unreadable_lockfile_and_nothing_is_sent_for_any(call, manifest, second, api, folder):
    api()
    (folder / "later.lock.jsonl").write_text("{broken\n")
    assert call("run", manifest, second, "--yes").code == 2
    assert not (folder / "small.lock.jsonl").exists()


def test_a_selection_passes_over_the_manifests_that_it_does_not_fit(call, manifest, second, api, folder):
    api()
    (folder / second).write_text((folder / second).read_text().replace("hero:", "other:"))
    ran = call("run", ".", "--select", "other/*", "--yes", "--no-download")
    assert ran.code == 0
    assert not (folder / "small.lock.jsonl").exists()
    assert (folder / "later.lock.jsonl").exists()
    assert call("plan", ".", "--select", "none/*").code == 2


def test_a_refused_key_ends_it_for_the_manifests_that_follow(call, manifest, second, api, monkeypatch):
    api()
    monkeypatch.setenv("SJINN_API_KEY", "wrong-key")
    ran = call("run", manifest, second, "--yes")
    assert ran.code == 5
    assert "not begun: later.yaml" in ran.err


def test_a_budget_too_small_for_one_lets_the_others_run(call, manifest, second, api, folder):
    api()
    (folder / second).write_text((folder / second).read_text().replace("5000", "500"))
    assert call("run", second, manifest, "--yes", "--no-download").code == 3
    assert (folder / "small.lock.jsonl").exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_signal_ends_a_run_and_loses_nothing(manifest, second, api, folder, *, number, code):
    api("--speed", "1")
    process = start("run", "small.yaml", second, "--yes", "--json", "-v")
    read_until(process, "submitted: hero/owl")
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code
    first, other = json.loads(out)["manifests"]
    assert first["summary"]["states"]["submitted"] == 2
    assert other["summary"]["states"]["pending"] == 2
    assert "not begun: later.yaml" in err
    assert not (folder / "small.journal.jsonl").exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_second_signal_ends_it_at_once_and_the_call_under_way_is_in_doubt(
    manifest, folder, monkeypatch, number, code
):
    with ThreadedApi({"query_account_status": RICH}, stalled="create_tool_task") as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
        process = start("run", "small.yaml", "--yes", "--json", "--limit", "1")
        wait_until(lambda: "create_tool_task" in api.calls)
        process.send_signal(number)
        read_until(process, "no more jobs are submitted")
        process.send_signal(number)
        out, err = process.communicate(timeout=6)
    assert process.returncode == code
    assert json.loads(out)["summary"]["states"]["in_doubt"] == 1
    assert "Traceback" not in err


def start(*arguments):
    command = [sys.executable, "-m", "sora2batch", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def read_until(process, text):
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} was never said")


def test_the_gallery_command_sees_the_same_tools(call, manifest, folder):
    (folder / "my tools").mkdir()
    ran = call("run", "small.yaml", "--simulate", "--tools-dir", "my tools")
    line = "gallery:  `sora2batch report small.yaml --simulate --tools-dir 'my tools'` writes it"
    assert ran.out.splitlines()[-1] == line
