"""Warnings as errors, in `validate`, `plan` and `run`."""

from __future__ import annotations

from pathlib import Path

import pytest

HOLE = """\
vars: {mood: ""}
"""


@pytest.fixture
def slip(manifest):
    """A manifest with a warning, and one more that only lint finds: a URL without encryption."""
    text = manifest.read_text().replace("A {{ animal }}.", "A {{ mood }} {{ animal }}.")
    manifest.write_text(text.replace("https://", "http://") + HOLE)
    return manifest


def rules(text):
    return {line.rpartition("[")[2].rstrip("]") for line in text.splitlines() if line.endswith("]")}


@pytest.mark.parametrize(
    "command",
    [
        "plan", "plan --json", "plan --format markdown", "plan --format github", "plan --out plan.json",
        "run --yes", "run --yes --json", "run --dry-run", "run --simulate", "run --yes --jsonl",
    ],
)  # fmt: skip
def test_with_warnings_nothing_is_planned_and_nothing_paid(command, slip, call, api):
    server = api()
    assert call("validate", slip, "--strict").code == 2
    ended = call(*command.split(), slip, "--strict")
    assert ended.code == 2
    assert {"template-hole", "plain-http"} <= rules(ended.err)
    assert "--no-strict" in ended.err
    assert "to submit" not in ended.out
    assert not Path("plan.json").exists()
    assert [path.name for path in Path().glob("*.jsonl")] == []
    assert server


def test_without_it_the_same_manifest_is_paid_and_its_warnings_are_told(slip, call, api):
    api()
    ended = call("run", slip, "--yes", "--no-wait")
    assert ended.code == 0
    assert {"template-hole", "plain-http"} <= rules(ended.err)
    assert "warning: small.yaml:" in ended.err
    assert call("plan", slip, "--no-strict").code == 0


def test_one_manifest_with_a_warning_keeps_all_of_several_from_being_paid(slip, manifest, call, api):
    api()
    sound = manifest.read_text().replace("{{ mood }} ", "").replace("http://", "https://").replace(HOLE, "")
    Path("first.yaml").write_text(sound)
    assert call("validate", "first.yaml", "--strict").code == 0
    assert call("run", "first.yaml", slip, "--yes", "--strict").code == 2
    assert not Path("first.lock.jsonl").exists()
    assert call("run", "first.yaml", "--yes", "--strict", "--no-download").code == 0


def test_a_project_can_be_strict_and_a_person_once_not(slip, call, monkeypatch):
    Path("pyproject.toml").write_text("[tool.sora2batch]\nlint.strict = true\n")
    for command in ("validate", "plan", "run --simulate --no-wait"):
        assert call(*command.split(), slip).code == 2
        assert call(*command.split(), slip, "--no-strict").code == 0
    monkeypatch.setenv("SORA2BATCH_LINT_STRICT", "off")
    assert call("plan", slip).code == 0
    assert call("plan", slip, "--strict").code == 2


def test_what_a_run_says_to_go_on_with_is_as_strict(manifest, call, api):
    api()
    for flag in ("--strict", "--no-strict"):
        document = call("run", manifest, "--yes", "--max-credits", "1", flag, "--json").document
        assert flag in document["resume"]["command"]


def test_a_notice_is_none_of_it(manifest, call):
    text = manifest.read_text().replace("mode: std", "mode: pro").replace("duration: 10", "duration: 15")
    manifest.write_text(text.replace("max_credits: 5000", "max_credits: 50000"))
    assert call("validate", manifest, "--strict").code == 0
    assert call("plan", manifest, "--strict").code == 0
