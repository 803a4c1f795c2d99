"""Folders of manifests: what in them is one, and what is not."""

import json

import pytest

from sora2batch.ground.schema import schema_text


@pytest.fixture
def crowd(call, manifest, folder):
    """A manifest among all that may lie beside it."""
    call("init", "campaign.yaml")
    call("plan", manifest, "--out", "plan.json")
    (folder / "manifest.schema.json").write_text(call("schema", "manifest").out)
    (folder / "shots.yaml").write_text("- {id: a, jobs: 3}\n- {id: b}\n")
    (folder / "shots.json").write_text(json.dumps([{"jobs": {}}]))
    (folder / "shots.csv").write_text("id,prompt\na,b\n")
    (folder / "mkdocs.yml").write_text("site_name: x\nnav:\n  - jobs: a.md\n")
    (folder / ".hidden.yaml").write_text("jobs: {}\nbudget: {}\n")
    (folder / "small.lock.jsonl").write_text('{"lock_version":1,"manifest":"small.yaml"}\n')
    return folder


def test_only_manifests_are_taken(call, crowd):
    ran = call("validate", ".")
    assert ran.code == 0
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["campaign.yaml", "small.yaml"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken.yaml", "version: 1\nbudget: {max_credits: 5\njobs:\n  a: [\n"),
        ("broken.yml", "jobs: {a: {input: {prompt: [}}}\n"),
        ("flow.yaml", "{version: 1, jobs: {a: [}}\n"),
        ("quoted.yaml", '"jobs" : [\n'),
        ("misspelt.yaml", "version: 1\nbudget: {max_credits: 5}\njob: {}\n"),
        ("bom.yaml", "\ufeffjobs: {}\n"),
        ("broken.json", '{"jobs": {"a": }, "budget": {}}'),
        ("poor.json", '{"version": 1, "jobs": {}}'),
    ],
)
def test_a_broken_manifest_is_a_problem_and_not_passed_over(call, crowd, name, text):
    (crowd / name).write_text(text)
    ran = call("validate", ".")
    assert ran.code == 2
    told = [
        line for line in ran.out.splitlines() if not line.startswith(" ")
    ]  # below each: its line and a caret
    assert {line.split(":")[0] for line in told} == {name}


@pytest.mark.parametrize("given", [".", "", "/", "clips"])
@pytest.mark.parametrize("command", ["reconcile", "download", "verify", "report", "doctor"])
def test_a_command_for_one_manifest_refuses_a_folder_in_words(call, folder, command, given):
    (folder / "clips").mkdir()
    ran = call(command, given)
    assert ran.code == 2
    assert "it is a folder" in ran.err + ran.out


def test_a_folder_without_manifests_is_2(call, folder):
    (folder / "notes.yaml").write_text("- one\n")
    ran = call("validate", ".")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: .: no manifest (*.yaml with `jobs:` and `budget:`) in this folder\n"


def test_a_manifest_that_is_named_twice_is_taken_once(call, manifest):
    ran = call("validate", manifest, ".", f"./{manifest}")
    assert len(ran.err.splitlines()) == 1


def test_init_writes_a_manifest_that_validates_and_overwrites_nothing(call, folder):
    (folder / ".gitignore").write_bytes(b"\xff\nout/")
    ran = call("init")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == "next: sora2batch plan campaign.yaml"
    assert (folder / ".gitignore").read_bytes() == (
        b"\xff\nout/\n*.journal.jsonl\n*.sim.lock.jsonl\n*.report.html\n*.reel.mp4\n.*.mp4.parts/\n*.sim.picks.yaml\n*.sim.sheet.png\n*.sim/\n"
    )
    assert (folder / ".gitattributes").read_text() == "*.lock.jsonl merge=union\n"
    assert call("validate", "campaign.yaml").err == (
        "campaign.yaml: valid; 6 jobs, 2,520 credits if all are submitted\n"
    )
    before = (folder / "campaign.yaml").read_bytes()
    assert call("init").code == 2
    assert call("init", "deep/er/other.yaml").code == 0
    assert (folder / "campaign.yaml").read_bytes() == before
    assert (folder / ".gitignore").read_bytes().count(b"out/") == 1


def test_init_writes_a_schema_for_editors_and_replaces_only_an_older_one(call, folder):
    call("init", "one.yaml")
    schema = folder / "sora2batch.schema.json"
    assert schema.read_text() == call("schema", "manifest").out
    assert (folder / "one.yaml").read_text().startswith(f"# yaml-language-server: $schema={schema.name}\n")
    schema.write_text(schema.read_text().replace("veo3", "veo2"))
    assert call("init", "two.yaml").code == 0
    assert schema.read_text() == call("schema", "manifest").out
    schema.write_text('{"$id": "urn:another"}')
    ran = call("init", "three.yaml")
    assert (ran.code, ran.out, (folder / "three.yaml").exists()) == (2, "", False)
    assert "sora2batch.schema.json is there already and is no schema that `sora2batch init` wrote" in ran.err
    assert schema.read_text() == '{"$id": "urn:another"}'


def test_the_schema_for_editors_knows_tools_of_ones_own(call, folder):
    (folder / "tools").mkdir()
    (folder / "tools/studio.json").write_text(schema_text("tools/veo3-text-to-video-fast-api.json"))
    known = call("schema", "manifest", "--tools-dir", "tools").document["definitions"]["tool"]["enum"]
    assert {"studio", "kling3-text-to-video-api"} <= set(known)
    call("init", "own.yaml", "--tool", "studio", "--tools-dir", "tools")
    beside = json.loads((folder / "sora2batch.schema.json").read_text())
    assert beside["definitions"]["tool"]["enum"] == known


def test_init_writes_yaml_only(call, folder):
    assert call("init", "campaign.txt").code == 2
    assert list(folder.iterdir()) == []
