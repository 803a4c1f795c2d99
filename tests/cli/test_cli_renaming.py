"""A lockfile that names its jobs by the rules of an earlier version: names follow, nothing else happens."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from fakes.footage import mp4

MANIFEST = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 5000}
jobs:
  hero:
    matrix: {subject: [ガラス, カラス, हिन्दी, 🦊, fox, мой]}
    input: {prompt: "{{ subject }} in the snow"}
run: {poll_interval: 0.05}
output: {dir: out, filename: "{{ job.key }}.mp4"}
"""
FORMER = """\
{"lock_version":1,"manifest":"names.yaml"}
{"key":"hero/4","state":"completed","credits":420,"task_id":"efa4","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"🦊 in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:39Z","outputs":[{"url":"https://cdn.example/efa4.mp4","path":"hero/4.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:87f5d704f8732267212b05d93ed964d2478ff55eea81ff1c6a64a8f3292c37bd"}
{"key":"hero/fox","state":"completed","credits":420,"task_id":"f8f2","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"fox in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:39Z","outputs":[{"url":"https://cdn.example/f8f2.mp4","path":"hero/fox.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:214652b4b224fe03d87cdde2145a59f992da814586aa0794415e514fb22dff6b"}
{"key":"hero/мои","state":"completed","credits":420,"task_id":"ae7a","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"мой in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:39Z","outputs":[{"url":"https://cdn.example/ae7a.mp4","path":"hero/мои.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:d0f12c4f1a60c05aa0e6d8bdc1cb7578e1400a13ebe2bf3c780330fdadee6c73"}
{"key":"hero/हिनदी","state":"completed","credits":420,"task_id":"559d","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"हिन्दी in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:40Z","outputs":[{"url":"https://cdn.example/559d.mp4","path":"hero/हिनदी.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:8999d6cb4abfbc7af11d7bdda796dd12c081f161891681ea2deb02f7ed2724fd"}
{"key":"hero/カラス","state":"completed","credits":420,"task_id":"060a","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"ガラス in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:43Z","outputs":[{"url":"https://cdn.example/060a.mp4","path":"hero/カラス.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:df440f24eb861f31a7c8264722ba79011805655e24636af7e207967e14365463"}
{"key":"hero/カラス-2","state":"completed","credits":420,"task_id":"401f","tool_type":"sora2-text-to-video-api","take":1,"input":{"aspect_ratio":"16:9","duration":10,"mode":"std","prompt":"カラス in the snow"},"submitted_at":"2026-11-28T21:45:37Z","finished_at":"2026-11-28T21:45:44Z","outputs":[{"url":"https://cdn.example/401f.mp4","path":"hero/カラス-2.mp4","sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1}],"fingerprint":"sha256:d7e4b1624992f2fdd986280a5c8638264447b38d7adf045ac1d374976163556f"}
"""
"""Written by the version in which an accent was everything that Unicode calls a combining mark."""
CLIP = mp4()
ONE_BYTE = '"sha256":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","bytes":1'
THE_CLIP = f'"sha256":"{sha256(CLIP).hexdigest()}","bytes":{len(CLIP)}'


@pytest.fixture
def former(folder):
    """A manifest with the lockfile and the files of that version."""
    (folder / "names.yaml").write_text(MANIFEST)
    (folder / "names.lock.jsonl").write_text(FORMER.replace(ONE_BYTE, THE_CLIP))
    for path in paths(folder):
        (folder / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "out" / path).write_bytes(CLIP)
    return folder


def lines(folder):
    return [json.loads(line) for line in (folder / "names.lock.jsonl").read_text().splitlines()[1:]]


def paths(folder):
    return sorted(line["outputs"][0]["path"] for line in lines(folder))


def test_names_follow_new_rules_and_nothing_is_sent_or_moved(call, former):
    before, files = lines(former), paths(former)
    plan = call("plan", "names.yaml", "--json").document
    assert [job["action"] for job in plan["jobs"]] == ["skip"] * 6
    assert (plan["orphans"], plan["summary"]["credits"]["spent"]) == ([], 2520)
    ran = call("run", "names.yaml")
    assert (ran.code, ran.err) == (0, "names.yaml: nothing to do: 6 finished\n")
    keys = {line["input"]["prompt"].split()[0]: line["key"] for line in lines(former)}
    assert keys == {name: f"hero/{name}" for name in ("ガラス", "カラス", "हिन्दी", "🦊", "fox", "мой")}
    assert paths(former) == files
    assert sorted(path.relative_to(former / "out").as_posix() for path in former.rglob("*.mp4")) == files
    unnamed = [{key: line[key] for key in line if key != "key"} for line in lines(former)]
    assert sorted(map(repr, unnamed)) == sorted(
        repr({key: line[key] for key in line if key != "key"}) for line in before
    )
    assert (
        "6 finished jobs checked, 0 differ"
        in call("verify", "names.yaml").out + call("verify", "names.yaml").err
    )


def test_the_second_run_leaves_it_byte_for_byte(call, former):
    assert call("run", "names.yaml").code == 0
    bytes_before = (former / "names.lock.jsonl").read_bytes()
    changed_before = (former / "names.lock.jsonl").stat().st_mtime_ns
    assert call("run", "names.yaml").code == 0
    assert (former / "names.lock.jsonl").read_bytes() == bytes_before
    assert (former / "names.lock.jsonl").stat().st_mtime_ns == changed_before


@pytest.mark.parametrize("flags", [("--select", "hero/カラス"), ("--where", "subject=カラス")])
def test_a_name_means_the_job_that_has_it_now(call, former, flags):
    for _ in range(2):
        (job,) = call("plan", "names.yaml", "--json", *flags).document["jobs"]
        assert (job["key"], job["input"]["prompt"]) == ("hero/カラス", "カラス in the snow")
        call("run", "names.yaml")


def test_only_names_that_really_change_are_written(call, former):
    (former / "names.yaml").write_text(MANIFEST.replace("[ガラス, カラス, हिन्दी, 🦊, fox, мой]", "[fox]"))
    before = (former / "names.lock.jsonl").read_bytes()
    assert call("run", "names.yaml").code == 0
    assert (former / "names.lock.jsonl").read_bytes() == before


def doubtful(folder, *prompts):
    """Let calls of the former version be in doubt."""
    text = FORMER.splitlines()
    for at, line in enumerate(text[1:], start=1):
        entry = json.loads(line)
        if entry["input"]["prompt"].split()[0] in prompts:
            entry |= {"state": "in_doubt"}
            for name in ("task_id", "finished_at", "outputs"):
                del entry[name]
            text[at] = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    (folder / "names.lock.jsonl").write_text("\n".join(text) + "\n")


def states(folder):
    return {line["input"]["prompt"].split()[0]: line["state"] for line in lines(folder)}


def test_a_former_name_releases_no_other_job(call, former):
    """What was hero/カラス is hero/ガラス now; what is hero/カラス now was hero/カラス-2."""
    doubtful(former, "ガラス", "カラス")
    ran = call("reconcile", "names.yaml", "--release", "hero/カラス")
    assert ran.code == 2
    assert "hero/カラス is what one job was called before and another is called now" in ran.err
    assert "hero/ガラス is sha256:df440f" in ran.err
    assert {states(former)[name] for name in ("ガラス", "カラス")} == {"in_doubt"}
    assert call("reconcile", "names.yaml", "--release", "hero/カラス-2").out.startswith(
        "released: hero/カラス;"
    )
    assert {line["input"]["prompt"].split()[0]: line["state"] for line in lines(former)}.get("カラス") is None
    assert states(former)["ガラス"] == "in_doubt"


def test_a_key_in_a_lockfile_steers_no_terminal(call, former):
    """A lockfile may come from a stranger."""
    (former / "names.yaml").write_text(MANIFEST.replace("[ガラス, カラス, हिन्दी, 🦊, fox, мой]", "[ガラス]"))
    text = FORMER.replace('"hero/fox"', '"hero/\\u001b[2J\\u202efox"').replace(
        "hero/fox.mp4", "hero/\\u009dfox.mp4"
    )
    (former / "names.lock.jsonl").write_text(text)
    doubtless = [("plan",), ("status",), ("verify",), ("reconcile", "--release", "hero/x"), ("run",)]
    for command, *flags in doubtless:
        ran = call(command, "names.yaml", *flags)
        assert not {"\x1b", "\u202e", "\x9d"} & {*ran.out, *ran.err}, command
