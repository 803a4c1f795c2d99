"""Clips to look at: told by a run, a status and verify --look, kept in the lockfile, and never a failure."""

from __future__ import annotations

import asyncio
import json

import jsonschema_rs
import pytest

from sora2batch.ground.clock import SystemClock
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.lockfile_store import LockfileStore

FLAWED = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 9000}
jobs:
  hero:
    matrix: {what: ["whole", "[black]", "[short] [silent]"]}
    input: {prompt: "Pan on a fox, {{ what }}"}
run: {poll_interval: 0.05}
"""
BLACK = "black for 10.0 of 10.0 s"
SHORT = "silent from beginning to end"
"""The first flaw that the simulator knows is the one."""


@pytest.fixture
def flawed(folder):
    path = folder / "flawed.yaml"
    path.write_text(FLAWED)
    return path


def outputs_in(folder):
    lines = (folder / "flawed.sim.lock.jsonl").read_text().splitlines()[1:]
    return {line["key"]: line["outputs"][0] for line in map(json.loads, lines)}


def test_what_is_seen_is_told_everywhere_and_changes_no_exit_code(folder, flawed, call):
    ran = call("run", flawed, "--simulate")
    assert ran.code == 0
    assert f"look at hero/black: {BLACK}" in ran.err
    assert "to look at: 2: hero/black, hero/short-silent" in ran.out
    seen = {key: output.get("look") for key, output in outputs_in(folder).items()}
    assert seen == {
        "hero/whole": None,
        "hero/black": {"black": BLACK},
        "hero/short-silent": {"silent": SHORT},
    }
    schema = jsonschema_rs.validator_for(load_schema("lockfile.schema.json"))
    lines = (folder / "flawed.sim.lock.jsonl").read_text().splitlines()
    assert all(schema.is_valid(json.loads(line)) for line in lines)

    status = call("status", flawed, "--simulate")
    assert f"look at it: {BLACK}" in status.out
    document = call("status", flawed, "--simulate", "--json").document
    assert {job["key"]: job["outputs"][0].get("look") for job in document["jobs"]} == seen

    before = (folder / "flawed.sim.lock.jsonl").read_bytes()
    assert call("run", flawed, "--simulate").code == 0
    assert (folder / "flawed.sim.lock.jsonl").read_bytes() == before

    looked = call("verify", flawed, "--simulate", "--look")
    assert (looked.code, looked.out) == (0, f"hero/black: {BLACK}\nhero/short-silent: {SHORT}\n")
    assert "3 clips looked at, 2 to look at" in looked.err
    assert (folder / "flawed.sim.lock.jsonl").read_bytes() == before


def test_verify_look_takes_the_place_of_what_was_seen_before_and_tells_files_that_differ(
    folder, flawed, call
):
    flawed.write_text(f"{FLAWED}output: {{check: false}}\n")
    assert call("run", flawed, "--simulate").code == 0
    assert not any("look" in output for output in outputs_in(folder).values())
    lock = folder / "flawed.sim.lock.jsonl"
    lock.write_text(lock.read_text().replace('"bytes":', '"look":{"frozen":"not at all"},"bytes":'))
    path = outputs_in(folder)["hero/whole"]["path"]
    clip = folder / "out/flawed.sim" / path
    clip.write_bytes(clip.read_bytes() + b"more")
    ran = call("verify", flawed, "--simulate", "--look", "--json")
    assert ran.code == 1
    assert [fault["key"] for fault in ran.document["faults"]] == ["hero/whole"]
    assert {
        "key": "hero/black",
        "path": "hero/black.mp4",
        "finding": "black",
        "reason": BLACK,
    } in ran.document["look"]
    seen = {key: output.get("look") for key, output in outputs_in(folder).items()}
    assert seen["hero/whole"] == {"frozen": "not at all"}  # it is another file now: nothing is said of it
    assert seen["hero/black"] == {"black": BLACK}


def test_while_a_run_holds_the_lockfile_nothing_is_written(folder, flawed, call):
    assert call("run", flawed, "--simulate", "--limit", 1).code == 0
    lock = folder / "flawed.sim.lock.jsonl"
    before = lock.read_bytes()
    store = LockfileStore.open(lock, manifest="flawed.yaml", clock=SystemClock())
    try:
        assert call("verify", flawed, "--simulate", "--look").code == 6
    finally:
        asyncio.run(store.close())
    assert lock.read_bytes() == before


def test_before_there_is_a_result_there_is_nothing_to_look_at(folder, flawed, call):
    ran = call("verify", flawed, "--look")
    assert ran.code == 0
    assert "0 clips looked at" in ran.err
    assert not list(folder.glob("*.lock.jsonl"))


def test_the_store_and_a_look_are_two_questions(flawed, call):
    assert call("verify", flawed, "--look", "--store").code == 2
