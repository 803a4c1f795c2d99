"""``plan`` and saved plans."""

import json
import os
from pathlib import Path

import pytest

from fakes.repository import commit, git
from fakes.watching import load_batch
from sora2batch.gallery.sheet.make import make_sheet
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.job_status import make_status


def test_a_plan_is_a_line_for_each_job_and_the_sums(call, folder):
    (folder / "clips.yaml").write_text(
        """\
version: 1
tool: kling3-text-to-video-api
budget: {max_credits: 5000}
jobs:
  rain:
    matrix: {seconds: [3, 5]}
    input: {prompt: A boat in the rain., duration: "{{ seconds }}"}
"""
    )
    ran = call("plan", "clips.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "clips.yaml: 2 jobs\n"
        "  + rain/3     600  submit: not in the lockfile\n"
        "  + rain/5   1,000  submit: not in the lockfile\n"
        "\n"
        "2 to submit\n"
        "time: about 1 to 10 min (2 jobs, 8 at once)\n"
        "credits: 1,600 to spend, 0 spent, of 5,000: 3,400 left\n"
    )


def test_a_plan_writes_nothing(call, manifest, folder):
    call("plan", manifest)
    call("status", manifest)
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_select_where_and_limit_narrow_a_plan_down(call, manifest):
    keys = lambda ran: [job["key"] for job in ran.document["jobs"]]  # noqa: E731
    assert keys(call("plan", manifest, "--json", "--select", "*/owl")) == ["hero/owl"]
    assert keys(call("plan", manifest, "--json", "--where", "animal=fox")) == ["hero/fox"]
    assert keys(call("plan", manifest, "--json", "--limit", 1)) == ["hero/fox"]
    ran = call("plan", manifest, "--where", "animal=owll")
    assert ran.code == 2
    assert 'did you mean "owl"?' in ran.err


@pytest.fixture
def saved(call, manifest, folder):
    """A plan of one of the two jobs, in a folder of its own."""
    (folder / "plans").mkdir()
    ran = call("plan", manifest, "--limit", 1, "--out", "plans/one.json")
    assert (ran.code, ran.err) == (0, "saved: plans/one.json\n")
    return Path("plans/one.json")


def test_a_saved_plan_is_done_exactly(call, saved, api):
    api()
    ran = call("run", "--plan", saved, "--yes", "--no-download", "--json")
    assert ran.code == 0
    assert [job["state"] for job in ran.document["jobs"]] == ["completed", "pending"]


def test_a_saved_plan_may_be_run_with_its_manifest_and_from_elsewhere(call, saved, api, folder, monkeypatch):
    api()
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert call("run", "--plan", folder / saved, "--dry-run").code == 0
    ran = call("run", "../small.yaml", "--plan", f"../{saved}", "--yes", "--no-download")
    assert ran.code == 0
    assert (folder / "small.lock.jsonl").exists()


def test_a_saved_plan_that_was_done_does_nothing_more(call, saved, api, folder):
    api()
    call("run", "--plan", saved, "--yes")
    before = (folder / "small.lock.jsonl").read_bytes()
    ran = call("run", "--plan", saved, "--yes")
    assert (ran.code, ran.err) == (0, "small.yaml: nothing to do: 1 finished\n")
    assert (folder / "small.lock.jsonl").read_bytes() == before


def test_a_saved_plan_is_stale_once_another_job_was_paid_for(call, manifest, saved, api):
    api()
    call("run", manifest, "--select", "hero/owl", "--yes", "--no-download")
    for flags in (["--yes"], ["--dry-run"]):
        ran = call("run", "--plan", saved, *flags)
        assert ran.code == 2
        assert "stale plan: the lockfile changed" in ran.err


def test_a_job_of_a_saved_plan_that_another_run_has_paid_for_is_not_paid_again(call, manifest, saved, api):
    api()
    call("run", manifest, "--limit", 1, "--yes", "--no-download")
    ran = call("run", "--plan", saved, "--yes", "--json")
    assert ran.code == 0
    assert ran.document["summary"]["credits"]["spent"] == 420


def test_a_saved_plan_is_of_its_manifest_alone(call, manifest, saved, folder):
    (folder / "copy.yaml").write_bytes(manifest.read_bytes())
    ran = call("run", "copy.yaml", "--plan", saved, "--yes")
    assert ran.code == 2
    assert "plans/one.json is a plan of small.yaml, not of copy.yaml" in ran.err
    manifest.unlink()
    ran = call("run", "--plan", saved, "--yes")
    assert ran.code == 2
    assert "plans/one.json is a plan of small.yaml, which is not there" in ran.err
    assert "sora2batch run MANIFEST --plan plans/one.json" in ran.err


def test_a_saved_plan_of_a_link_belongs_to_the_file(call, manifest, folder, api):
    api()
    (folder / "real").mkdir()
    manifest.rename(folder / "real/spring.yaml")
    manifest.symlink_to("real/spring.yaml")
    assert call("plan", manifest, "--out", "plan.json").code == 0
    assert call("run", "--plan", "plan.json", "--yes", "--no-download").code == 0
    assert (folder / "real/spring.lock.jsonl").exists()
    assert "0 to spend, 840 spent" in call("plan", manifest).out


def test_a_saved_plan_finds_its_tools_from_elsewhere(call, manifest, folder, monkeypatch, api):
    (folder / "tools").mkdir()
    shipped = Path(__file__).parents[2] / "schemas/tools/sora2-image-to-video-api.json"
    (folder / "tools/my-video-api.json").write_bytes(shipped.read_bytes())
    manifest.write_text(manifest.read_text().replace("sora2-image-to-video-api", "my-video-api"))
    assert call("plan", manifest, "--tools-dir", "tools", "--out", "plan.json").code == 0
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    ran = call("run", "--plan", "../plan.json", "--dry-run")
    assert (ran.code, ran.err) == (0, "")


def test_a_saved_plan_is_stale_when_the_manifest_changed(call, manifest, saved, folder, api):
    api()
    manifest.write_text(manifest.read_text().replace("A {{", "The {{"))
    for flags in (["--yes"], ["--dry-run"]):
        ran = call("run", "--plan", saved, *flags)
        assert ran.code == 2
        assert "stale plan: the manifest" in ran.err
    assert not (folder / "small.lock.jsonl").exists()


def test_a_saved_plan_that_was_edited_is_refused(call, saved):
    document = json.loads(saved.read_text())
    document["jobs"][0]["credits"] = 1
    saved.write_text(json.dumps(document))
    ran = call("run", "--plan", saved, "--yes")
    assert ran.code == 2
    assert "was edited" in ran.err


@pytest.mark.parametrize(
    "flag", [("--limit", 2), ("--select", "*"), ("--max-credits", 9), ("--retry-failed",)]
)
def test_a_saved_plan_cannot_be_bent_by_flags(call, saved, flag):
    ran = call("run", "--plan", saved, "--yes", *flag)
    assert ran.code == 2
    assert "--plan does exactly the saved plan" in ran.err


def test_a_file_that_is_no_plan_is_refused_and_never_written_over(call, manifest):
    before = manifest.read_bytes()
    assert call("run", "--plan", manifest, "--yes").code == 2
    ran = call("plan", manifest, "--out", manifest)
    assert ran.code == 2
    assert "is no saved plan" in ran.err
    assert manifest.read_bytes() == before


def test_an_older_plan_is_written_over(call, manifest, saved):
    assert call("plan", manifest, "--out", saved).code == 0
    assert len(json.loads(saved.read_text())["jobs"]) == 2


def test_a_plan_that_cannot_be_saved_is_2(call, manifest):
    ran = call("plan", manifest, "--out", "nowhere/plan.json")
    assert ran.code == 2
    assert "nowhere/plan.json" in ran.err


def test_markdown_shows_what_a_branch_adds_and_costs(call, manifest, folder):
    commit(folder)
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox, cat, dog]"))
    ran = call("plan", manifest, "--format", "markdown", "--base", "HEAD")
    assert ran.code == 0
    assert "+420" in ran.out
    assert "1,260" in ran.out
    assert "| added | `hero/cat` | +420 |" in ran.out
    assert "| removed | `hero/owl` | -420 |" in ran.out
    assert call("plan", manifest, "--base", "no-such-ref").code == 2


def test_out_takes_one_manifest(call, manifest, folder):
    (folder / "other.yaml").write_text(manifest.read_text())
    assert "one manifest at a time" in call("plan", ".", "--out", "x").err


def test_a_retired_tool_is_refused_with_the_nearest_live_one(call, manifest, folder):
    shipped = json.loads(call("tools", "kling3-text-to-video-api", "--json").out)
    (folder / "tools").mkdir()
    tool = {
        "title": "Gone",
        "kind": "video",
        "availability": "retired",
        "expected_seconds": {"min": 1, "max": 2},
        "price": {"rule": "fixed", "credits": 420},
        "input": shipped["input"],
    }
    (folder / "tools/kling3-text-to-video-api.json").write_text(json.dumps(tool))
    (folder / "gone.yaml").write_text(
        "version: 1\ntool: kling3-text-to-video-api\nbudget: {max_credits: 500}\njobs: {a: {input: {prompt: hi}}}\n"
    )
    for command in ("plan", "run"):
        ran = call(command, "gone.yaml", "--tools-dir", "tools")
        assert ran.code == 2
        assert "is retired" in ran.err
        assert "nearest live tool" in ran.err


def test_markdown_links_the_contact_sheet_of_this_manifest_only(call, manifest, folder):
    line = "[Contact sheet](sheet.png) of the clips so far."
    for source, is_linked in (("other.yaml", False), ("small.yaml", True)):
        jobs = load_batch(manifest).expansion.jobs
        status = make_status(source, jobs, Lockfile(manifest=source), Credits(5000))
        (folder / "sheet.png").write_bytes(make_sheet(status, lambda _: None))
        assert (line in call("plan", manifest, "--format", "markdown").out.splitlines()) is is_linked
    assert line not in call("plan", manifest, "--format", "markdown", "--simulate").out.splitlines()


@pytest.mark.skipif(os.name == "nt", reason="a folder that is in use cannot be removed")
def test_a_saved_plan_runs_from_a_folder_that_was_removed(call, saved, api, folder, monkeypatch):
    api()
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    ran = call("run", "--plan", folder / saved, "--yes", "--no-download")
    assert ran.code == 0, ran.err
    assert (folder / "small.lock.jsonl").exists()


@pytest.mark.parametrize("ref", ["", "--output=x", "-h"])
def test_a_base_that_is_no_revision_is_refused_and_never_an_option(call, manifest, folder, ref):
    git(folder, "init", "-q")
    ran = call("plan", manifest, f"--base={ref}")
    assert ran.code == 2
    assert f'"{ref}" is no git revision' in ran.err
    assert not (folder / "x").exists()


def test_a_hook_of_a_linked_worktree_plans_against_the_right_file(call, manifest, folder, monkeypatch):
    (folder / "batches").mkdir()
    inner = folder / "batches/small.yaml"
    inner.write_text(manifest.read_text().replace("fox, owl", "fox"))
    commit(folder)
    git(folder, "worktree", "add", "-q", folder / "linked")
    monkeypatch.setenv("GIT_DIR", str(folder / ".git/worktrees/linked"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / ".git/worktrees/linked/index"))
    monkeypatch.chdir(folder / "linked")
    ran = call("plan", "batches/small.yaml", "--base", "HEAD", "--json")
    assert ran.code == 0
    base = ran.document["base"]
    assert (base["added"], base["removed"], base["credits"]["new"]) == ([], [], 0)
