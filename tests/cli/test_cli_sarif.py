"""`validate --format sarif` and `--format github`, held against the schema of OASIS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, FormatChecker

from fakes.actions_runner import commands_in

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas/sarif-schema-2.1.0.json").read_text())
VALIDATOR = Draft4Validator(SCHEMA, format_checker=FormatChecker())
BROKEN = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 5}
jobs:
  "😀": {input: {prompt: x, mode: PRO}}
  b: {matrix: {shot: {from: shots.csv}}, input: {prompt: "{{ nope }} [a](https://evil.example)", duration: "{{ shot.s | int }}"}}
  c: {input: {prompt: one, mode: "[a](https://evil.example) {0}"}}
"""


@pytest.fixture
def broken(folder):
    (folder / "a b%ü.yaml").write_text(BROKEN, encoding="utf-8")
    (folder / "shots.csv").write_text("s\n12\n")
    return Path("a b%ü.yaml")


def results(ran):
    assert sorted(VALIDATOR.iter_errors(ran.document), key=str) == []
    (run,) = ran.document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
    return run["results"]


def test_problems_are_a_sarif_log_that_fits_the_schema(call, broken):
    ran = call("validate", broken, "--format", "sarif")
    assert ran.code == 2
    told = call("validate", broken, "--json").document["problems"]
    found = results(ran)
    assert [one["ruleId"] for one in found] == [one["rule"] for one in told]
    places = [one["locations"][0]["physicalLocation"] for one in found]
    assert {one["artifactLocation"]["uri"] for one in places} == {"a%20b%25%C3%BC.yaml"}
    regions = [{"startLine": one["line"], "startColumn": one["column"]} for one in told]
    assert [one["region"] for one in places] == regions
    names = [one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for one in found]
    assert names == [one["path"] for one in told]
    messages = [one["message"]["text"] for one in found]
    assert not any("](" in one for one in messages)
    assert any("{{0}}" in one for one in messages)
    assert len({one["partialFingerprints"]["sora2batch/v1"] for one in found}) == len(found)


def test_where_values_come_from_is_a_related_place(call, folder, broken):
    text = BROKEN.replace("{{ nope }}", "{{ shot.s }}")
    broken.write_text(text, encoding="utf-8")
    related = [
        one["relatedLocations"]
        for one in results(call("validate", broken, "--format", "sarif"))
        if "relatedLocations" in one
    ]
    (place,) = related[0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "shots.csv"
    assert place["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 1}


def test_sound_manifests_are_an_empty_log_and_warnings_end_well(call, folder, manifest):
    ran = call("validate", manifest, "--format", "sarif", "-q")
    assert (ran.code, results(ran)) == (0, [])
    text = manifest.read_text()
    manifest.write_text(text.replace("[fox, owl]}", "[fox, owl], exclude: [{animal: elk}]}"))
    ran = call("validate", manifest, "--format", "sarif")
    assert (ran.code, {one["level"] for one in results(ran)}) == (0, {"warning"})
    strict = call("validate", manifest, "--format", "sarif", "--strict")
    assert (strict.code, {one["level"] for one in results(strict)}) == (2, {"error"})


def test_problems_are_annotations_with_paths_as_seen_from_the_repository(call, broken, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.parent))
    ran = call("validate", folder / broken, "--format", "github")
    assert ran.code == 2
    commands = commands_in(ran.out)
    assert len(commands) == len(ran.out.splitlines()) > 2
    assert {one.name for one in commands} == {"error"}
    assert {one.properties["file"] for one in commands} == {f"{folder.name}/{broken}"}
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in results(call("validate", folder / broken, "--format", "sarif"))
    ]
    assert set(uris) == {f"{folder.name}/a%20b%25%C3%BC.yaml"}


def test_what_keeps_manifests_from_being_checked_is_in_the_log(call, folder):
    ran = call("validate", ".", "--format", "sarif")
    assert (ran.code, results(ran)) == (2, [])
    (invocation,) = ran.document["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "no manifest" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    (command,) = commands_in(call("validate", ".", "--format", "github").out)
    assert (command.name, command.properties) == ("error", {"title": "usage"})
