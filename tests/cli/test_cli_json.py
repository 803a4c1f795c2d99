"""With --json, standard output is exactly one JSON document, whatever happens."""

import json
import os

import pytest
from jsonschema_rs import validator_for

from fakes.threaded_api import RICH, ThreadedApi, refusal

STATUS = {"version", "manifest", "jobs", "summary"}
PLAN = STATUS | {"orphans", "notices"}


def test_plan_prints_its_document(call, manifest):
    document = call("plan", manifest, "--json").document
    assert document.keys() == PLAN
    assert [job["key"] for job in document["jobs"]] == ["hero/fox", "hero/owl"]
    assert document["jobs"][0].keys() == {
        "key", "fingerprint", "tool_type", "take", "input", "credits", "action", "reason",
    }  # fmt: skip
    assert document["summary"] == {
        "jobs": 2,
        "actions": {"submit": 2, "resume": 0, "download": 0, "skip": 0, "failed": 0, "in_doubt": 0},
        "credits": {"budget": 5000, "spent": 0, "in_doubt": 0, "to_spend": 840, "remaining": 4160},
        "within_budget": True,
        "seconds": {"min": 120, "max": 480},
    }


def test_format_json_is_the_same_as_json(call, manifest):
    assert call("plan", manifest, "--format", "json").out == call("plan", manifest, "--json").out
    assert call("run", manifest, "--dry-run", "--json").out == call("plan", manifest, "--json").out


def test_a_plan_over_budget_is_printed_all_the_same(call, manifest):
    ran = call("plan", manifest, "--json", "--max-credits", 1)
    assert (ran.code, ran.document["summary"]["within_budget"]) == (3, False)


def test_run_prints_the_status_at_the_end(call, manifest, api):
    api()
    ran = call("run", manifest, "--yes", "--json")
    assert ran.code == 0
    assert ran.document.keys() == STATUS
    assert [job["state"] for job in ran.document["jobs"]] == ["completed", "completed"]
    assert ran.document["jobs"][0]["outputs"][0]["path"] == "hero/fox.mp4"
    assert ran.document == call("status", manifest, "--json").document


@pytest.mark.parametrize(
    ("create", "code", "state", "more"),
    [
        (refusal("membership needed", 101), 3, "pending", {"error", "resume"}),
        (refusal("no such image", 7), 1, "rejected", set()),
        (refusal("bad key", 401), 5, "pending", {"error", "resume"}),
        ((502, "<html>"), 4, "in_doubt", {"resume"}),
    ],
    ids=["no membership", "rejected", "key refused", "in doubt"],
)
def test_run_prints_the_status_after_trouble_too(call, manifest, monkeypatch, *, create, code, state, more):
    monkeypatch.setenv("SJINN_API_KEY", "sk-test")
    with ThreadedApi({"query_account_status": RICH, "create_tool_task": create}) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", api.url)
        ran = call("run", manifest, "--yes", "--json", "--limit", 1)
    assert ran.code == code
    assert ran.document.keys() == STATUS | more
    assert ran.document["jobs"][0]["state"] == state


@pytest.mark.parametrize(
    ("flags", "code", "more"),
    [
        (["--yes"], 2, {"error"}),
        ([], 2, {"error"}),
        (["--yes", "--max-credits", "1"], 3, {"error", "resume"}),
    ],
    ids=["no key", "nobody to ask", "over budget"],
)
def test_run_prints_the_status_where_nothing_was_sent(call, manifest, flags, code, more):
    ran = call("run", manifest, "--json", *flags)
    assert (ran.code, ran.document.keys()) == (code, STATUS | more)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere.yaml", "--json"),
        ("run", "--json"),
        ("plan", "nowhere.yaml", "--json"),
        ("plan", "nowhere.yaml", "--format", "json"),
        ("plan", "nowhere.yaml", "--format=json"),
        ("plan", "small.yaml", "--json", "--select", "zebra"),
        ("plan", "small.yaml", "--json", "--frobnicate"),
        ("plan", "small.yaml", "--json", "--base", "nowhere"),
        ("plan", "small.yaml", "--json", "--tools-dir", "nowhere"),
        ("plan", "small.yaml", "--json", "--out", "small.yaml"),
        ("status", "nowhere.yaml", "--json"),
        ("verify", "nowhere.yaml", "--json"),
        ("tools", "nothing", "--json"),
        ("validate", ".", "--json", "--tools-dir", "nowhere"),
        ("frobnicate", "--json"),
    ],
    ids=" ".join,
)
def test_an_error_is_a_document_and_a_line(call, manifest, arguments):
    before = manifest.read_bytes()
    ran = call(*arguments)
    error = ran.document["error"]
    assert ran.code == error["exit_code"] == 2
    assert f"error: {error['message']}" in ran.err
    assert manifest.read_bytes() == before


def test_the_problems_of_a_manifest_are_in_the_document(call, manifest):
    manifest.write_text(manifest.read_text().replace("tool:", "toll:"))
    for command in ("plan", "run", "status"):
        ran = call(command, manifest, "--json")
        assert ran.code == 2
        assert {"file", "line", "column", "path", "message", "rule", "level"} == ran.document["problems"][
            0
        ].keys()
        assert {problem["rule"] for problem in ran.document["problems"]} == {"unknown-key", "missing-key"}
        assert any(problem["line"] == 2 for problem in ran.document["problems"])


def test_validate_prints_valid_or_the_problems(call, manifest):
    assert call("validate", manifest, "--json").document == {"valid": True, "problems": []}
    manifest.write_text(manifest.read_text().replace("mode: std", "mode: PRO"))
    ran = call("validate", manifest, "nowhere.yaml", "--json")
    assert ran.code == 2
    assert ran.document["valid"] is False
    assert [(one["file"], one["line"], one["path"]) for one in ran.document["problems"]] == [
        ("nowhere.yaml", 1, ""),
        ("small.yaml", 4, "defaults.input.mode"),
    ]


def test_several_manifests_make_one_document(call, manifest, folder):
    (folder / "other.yaml").write_text(manifest.read_text().replace("A {{", "The {{"))
    for command in ("plan", "status"):
        document = call(command, ".", "--json").document
        assert [one["manifest"] for one in document["manifests"]] == ["other.yaml", "small.yaml"]


def test_verify_and_tools_print_one_document(call, manifest):
    assert call("verify", manifest, "--json").document == {"version": 1, "ok": True, "faults": []}
    assert len(call("tools", "--json").document["tools"]) == 15
    assert call("tools", "kling3-text-to-video-api", "--json").document["kind"] == "video"


def test_a_schema_is_json_and_describes_the_plan(call, manifest):
    for name in ("manifest", "tool", "plan", "lockfile"):
        assert (
            call("schema", name).document["$schema"].startswith(("https://json-schema", "http://json-schema"))
        )
    plan = call("plan", manifest, "--json").document
    assert validator_for(json.loads(call("schema", "plan").out)).is_valid(plan)


def test_a_file_of_other_bytes_has_one_spelling_in_all_documents(call, folder):
    path = folder / os.fsdecode(b"small\xff.yaml")
    path.write_text("version: 1\njobs: {}\n")
    (problem, *_) = call("validate", path.name, "--json").document["problems"]
    (laid,) = call("fmt", path.name, "--json").document["files"]
    failure = call("plan", path.name + ".yaml", "--json").document["error"]["message"]
    assert problem["file"] == laid["file"] == r"small\udcff.yaml"
    assert r"small\udcff.yaml.yaml" in failure
