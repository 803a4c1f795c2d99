from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys

import pytest

HEADER = '{"lock_version":1,"manifest":"small.yaml"}\n'


@pytest.fixture
def line(manifest, call):
    """Write the line of one of the two jobs."""
    jobs = {job["key"]: job for job in call("plan", manifest, "--json").document["jobs"]}

    def write(key, state, task_id, **more):
        job = jobs[key]
        fields = {
            "key": key,
            "state": state,
            "credits": 420,
            "task_id": task_id,
            "tool_type": job["tool_type"],
            "take": 1,
            "input": job["input"],
            "submitted_at": "2026-11-22T09:00:00Z",
            **more,
            "fingerprint": job["fingerprint"],
        }
        return json.dumps(fields, separators=(",", ":")) + "\n"

    return write


def test_conflict_marks_stop_everything_until_they_are_resolved(folder, manifest, line, call):
    lock = folder / "small.lock.jsonl"
    text = (
        f"{HEADER}<<<<<<< ours\n{line('hero/fox', 'submitted', 'task-a')}=======\n"
        f"{line('hero/fox', 'submitted', 'task-b')}{line('hero/owl', 'submitted', 'task-c')}>>>>>>> theirs\n"
    )
    lock.write_text(text)
    refused = call("plan", manifest)
    assert refused.code == 2
    assert "error: small.lock.jsonl has merge conflict marks at line 2" in refused.err
    assert "sora2batch lock resolve" in refused.err
    assert lock.read_text() == text

    resolved = call("lock", "resolve", lock)
    assert resolved.code == 0
    assert "paid more than once: 1: hero/fox; all their tasks are kept" in resolved.err
    told = "paid more than once: 1: hero/fox (`sora2batch explain small.yaml KEY` shows the tasks)"
    assert told in call("status", manifest).out
    plan = call("plan", manifest, "--json").document
    assert plan["summary"]["actions"]["resume"] == 2
    assert plan["summary"]["credits"]["spent"] == 3 * 420, "both tasks of the fox were paid"
    assert "task-b" in lock.read_text()


def test_a_check_tells_of_each_lockfile_that_cannot_be_read_and_changes_none(folder, line, call):
    texts = {
        "good.lock.jsonl": f"{HEADER}{line('hero/fox', 'submitted', 'task-a')}",
        "marks.lock.jsonl": f"{HEADER}<<<<<<< ours\n",
        "torn.lock.jsonl": f"{HEADER}{{",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    ran = call("lock", "check", *texts, "gone.lock.jsonl")
    assert ran.code == 2
    assert "good.lock.jsonl: 1 job, 420 credits" in ran.err
    assert "marks.lock.jsonl has merge conflict marks at line 2" in ran.err
    assert "torn.lock.jsonl:2" in ran.err
    assert "gone.lock.jsonl" in ran.err
    assert {name: (folder / name).read_text() for name in texts} == texts
    assert call("lock", "check", "good.lock.jsonl").code == 0


def test_resolving_what_cannot_be_read_leaves_it_as_it_was(folder, call):
    lock = folder / "x.lock.jsonl"
    lock.write_text(f"{HEADER}<<<<<<< ours\nnonsense\n=======\n>>>>>>> theirs\n")
    before = lock.read_bytes()
    assert call("lock", "resolve", lock).code == 2
    assert lock.read_bytes() == before


def test_merging_writes_into_ours_as_git_wants_it(folder, line, call):
    base, ours, theirs = (folder / name for name in ("base", "ours", "theirs"))
    base.write_text("")
    ours.write_text(HEADER + line("hero/fox", "submitted", "task-a"))
    theirs.write_text(HEADER + line("hero/owl", "submitted", "task-b"))
    assert call("lock", "merge", base, ours, theirs).code == 0
    keys = [json.loads(row)["key"] for row in ours.read_text().splitlines()[1:]]
    assert keys == ["hero/fox", "hero/owl"]


def test_a_file_that_is_not_there_is_told(folder, call):
    ran = call("lock", "resolve", folder / "nowhere.lock.jsonl")
    assert ran.code == 2
    assert "nowhere.lock.jsonl: No such file or directory" in ran.err


def test_on_a_disk_that_cannot_lock_nothing_is_sent_but_all_can_be_looked_at(
    call, manifest, folder, api, monkeypatch
):
    api()
    assert call("run", manifest, "--yes", "--limit", 1).code == 0
    before = (folder / "small.lock.jsonl").read_bytes()

    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    for command in (("run", manifest, "--yes"), ("download", manifest), ("reconcile", manifest)):
        ran = call(*command)
        assert ran.code == 2
        assert "error: files cannot be locked in ." in ran.err
    for command in ("plan", "status", "verify"):
        assert call(command, manifest).code == 0
    ran = call("doctor", manifest)
    assert ran.code == 2
    assert "bad   locks: files cannot be locked in .: No locks available" in ran.out
    assert (folder / "small.lock.jsonl").read_bytes() == before
    assert not (folder / "small.journal.jsonl").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
def test_what_is_merged_with_ours_may_come_from_another_program(folder, line):
    (folder / "ours").write_text(HEADER)
    (folder / "theirs").write_text(HEADER + line("hero/owl", "submitted", "task-b"))
    command = f"{sys.executable} -m sora2batch lock merge /dev/null ours <(cat theirs)"
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, timeout=300)
    keys = [json.loads(row)["key"] for row in (folder / "ours").read_text().splitlines()[1:]]
    assert keys == ["hero/owl"]
