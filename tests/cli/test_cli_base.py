from __future__ import annotations

from functools import partial

import pytest
from jsonschema_rs import validator_for

from fakes.repository import commit, git
from sora2batch.ground.schema import load_schema


@pytest.fixture
def repository(folder):
    """A git repository in the working folder, and a way to commit all there is."""

    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "notes.txt").write_text("first\n")
    commit(folder)
    return partial(commit, folder)


def test_a_manifest_that_is_new_since_the_base_is_all_added(repository, manifest, call):
    ran = call("plan", manifest, "--base", "main", "--format", "markdown")
    assert ran.code == 0
    assert ran.out.count("| added |") == 2
    assert "| added × 2 | `hero/…` | +840 |" in ran.out
    document = call("plan", manifest, "--base", "main", "--json").document
    assert document["base"] == {
        "ref": "main",
        "added": ["hero/fox", "hero/owl"],
        "replaced": [],
        "removed": [],
        "renamed": [],
        "credits": {"before": 0, "after": 840, "new": 840},
    }


def test_a_changed_prompt_is_a_replacement_that_costs_again(repository, manifest, call):
    repository()
    manifest.write_text(manifest.read_text().replace("A {{ animal }}.", "Two {{ animal }}s."))
    base = call("plan", manifest, "--base", "main", "--json").document["base"]
    assert [one["key"] for one in base["replaced"]] == ["hero/fox", "hero/owl"]
    assert base["credits"] == {"before": 840, "after": 840, "new": 840}


def test_an_unknown_ref_is_told(repository, manifest, call):
    ran = call("plan", manifest, "--base", "nowhere")
    assert ran.code == 2
    assert "nowhere" in ran.err


def test_a_review_is_silent_where_no_job_changed_whatever_is_still_to_be_submitted(
    repository, manifest, call, folder
):
    (folder / "other.yaml").write_text(manifest.read_text().replace("hero", "other"))
    repository()
    flags = ("--base", "main", "--quiet-if-unchanged")
    for form in ("markdown", "text"):
        assert call("plan", ".", "--format", form, *flags).out == ""
    manifest.write_text(manifest.read_text().replace("mode: std", "mode: pro"))
    told = call("plan", ".", "--format", "markdown", *flags)
    assert told.out.splitlines()[:2] == ["<!-- sora2batch plan: . -->", "### Plan for `small.yaml`"]
    assert '| replaced × 2 | `hero/…` | +3,360 | `input.mode: "std" → "pro"` |' in told.out
    assert "other" not in told.out
    assert "### Plan for" in call("plan", ".", "--format", "markdown", "--base", "main").out


def test_without_a_base_a_review_is_silent_where_nothing_is_to_be_submitted(manifest, call):
    flags = ("--format", "markdown", "--quiet-if-unchanged")
    assert "840 credits to spend" in call("plan", manifest, *flags).out
    assert call("plan", manifest, *flags, "--limit", "0").out == ""
    refused = call("plan", manifest, *flags, "--max-credits", "1")
    assert refused.code == 3
    assert "over budget by 839" in refused.out
    refused = call("plan", manifest, "--json", "--quiet-if-unchanged")
    assert (refused.code, refused.document["error"]["code"]) == (2, "usage")


def test_another_budget_is_a_change_to_be_reviewed(repository, manifest, call):
    repository()
    manifest.write_text(manifest.read_text().replace("max_credits: 5000", "max_credits: 50000"))
    flags = ("--base", "main")
    told = call("plan", manifest, *flags, "--format", "markdown", "--quiet-if-unchanged").out
    assert "**The budget is 50,000 credits**, +45,000 against 5,000." in told
    assert "No job changed." in told
    assert "the budget is 50,000 credits, +45,000 against 5,000" in call("plan", manifest, *flags).out
    annotations = call("plan", manifest, *flags, "--format", "github").out
    assert "::the budget is 50,000 credits; at main it was 5,000\n" in annotations
    document = call("plan", manifest, *flags, "--json").document
    assert document["base"]["budget"] == {"before": 5000, "after": 50000}
    assert validator_for(load_schema("plan.schema.json")).is_valid(document)
