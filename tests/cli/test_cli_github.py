"""`plan --format github` as a step of a workflow."""

from __future__ import annotations

import pytest

from fakes.actions_runner import commands_in, outputs_in
from fakes.repository import commit


@pytest.fixture
def step(call, folder, monkeypatch):
    """Call the program as a step does; returns the call, the commands in its log, its outputs, its summary."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))

    def step(*arguments):
        names = {name: folder / f"{name}.txt" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for name, path in names.items():
            path.write_text("")
            monkeypatch.setenv(name, str(path))
        ran = call(*arguments)
        output, summary = (path.read_text() for path in names.values())
        return ran, commands_in(ran.out + ran.err), outputs_in(output), summary

    return step


def test_a_plan_is_annotated_summed_up_and_put_out(step, manifest):
    ran, commands, outputs, summary = step("plan", manifest, "--format", "github")
    assert (ran.code, ran.err) == (0, "")
    warning, total, group = commands
    assert (warning.name, "OpenAI ended" in warning.message) == ("warning", True)
    assert total.properties == {
        "file": "small.yaml",
        "line": "3",
        "col": "10",
        "title": "Plan for small.yaml",
    }
    assert total.message == "2 to submit; credits: 840 to spend, 0 spent, of 5,000: 4,160 left"
    assert group.properties == {"file": "small.yaml", "line": "6", "col": "3", "title": "submit hero"}
    assert group.message == "2 jobs, 840 credits: not in the lockfile"
    assert outputs == {
        "changed": "true",
        "submit": "2",
        "to_spend": "840",
        "spent": "0",
        "in_doubt": "0",
        "budget": "5000",
        "within_budget": "true",
    }
    assert summary.startswith("<!-- sora2batch plan: small.yaml -->\n### Plan for `small.yaml`\n")


def test_a_slip_is_annotated_where_it_stands_and_said_once(step, manifest):
    text = manifest.read_text()
    manifest.write_text(text.replace("[fox, owl]}", "[fox, owl], exclude: [{animal: elk}]}"))
    _, commands, _, _ = step("plan", manifest, "--format", "github")
    assert [one.name for one in commands] == ["warning", "warning", "notice", "notice"]
    assert (commands[0].properties["line"], commands[0].properties["title"]) == ("7", "idle-exclude")


def test_a_base_adds_what_became_of_the_jobs_and_nothing_new_is_said_in_outputs_only(step, manifest, folder):
    commit(folder)
    flags = ("--format", "github", "--base", "HEAD", "--quiet-if-unchanged")
    ran, _, outputs, summary = step("plan", manifest, *flags)
    assert (ran.out, summary) == ("", "")
    assert (outputs["changed"], outputs["submit"], outputs["difference"]) == ("false", "2", "0")
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox, cat, dog]"))
    _, commands, outputs, _ = step("plan", manifest, *flags)
    counts = {name: outputs[name] for name in ("added", "replaced", "removed", "renamed", "difference")}
    assert counts == {"added": "2", "replaced": "0", "removed": "1", "renamed": "0", "difference": "420"}
    assert [one.message for one in commands[2:]] == ["2 jobs, 840 credits", "1 job, -420 credits"]


def test_a_plan_over_its_budget_is_an_error_and_fails(step, manifest):
    ran, commands, outputs, summary = step("plan", manifest, "--format", "github", "--max-credits", "1")
    assert ran.code == 3
    assert (commands[0].name, commands[0].properties) == ("error", {"title": "budget"})
    assert "over budget by 839" in commands[0].message
    assert (outputs["within_budget"], outputs["error"]) == ("false", "budget")
    assert "over budget by 839" in summary


def test_a_broken_manifest_is_annotated_at_every_place_and_no_word_of_it_is_a_command(step, folder):
    (folder / "bad.yaml").write_text(
        "version: 1\ntool: sora2-text-to-video-api\nbudget: {max_credits: 5}\njobs:\n"
        '  a: {input: {prompt: x, mode: "##[set-output name=changed;]no"}}\n'
        '  b: {input: {prompt: y, mode: "\\n::add-mask::a"}}\n'
    )
    ran, commands, outputs, summary = step("plan", "bad.yaml", "--format", "github")
    assert ran.code == 2
    assert [(one.name, one.properties["line"]) for one in commands] == [("error", "5"), ("error", "6")]
    assert outputs == {"changed": "true", "error": "usage"}
    assert summary.startswith("<!-- sora2batch plan: bad.yaml -->\n### There is no plan\n")
    assert summary.count("\n- `") == 2


def test_a_file_that_github_names_and_nobody_can_write_is_told(call, manifest, folder, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(folder))
    ran = call("plan", manifest, "--format", "github")
    assert ran.code == 2
    assert "GITHUB_OUTPUT" in ran.err


@pytest.mark.parametrize("flags", [(), ("--look",)])
def test_a_key_from_a_lockfile_is_no_command_where_results_are_checked(step, manifest, folder, api, flags):
    api()
    assert step("run", manifest, "--yes", "--limit", "1", "--quiet")[0].code == 0
    lockfile = folder / "small.lock.jsonl"
    lockfile.write_text(lockfile.read_text().replace('"key":"hero/fox"', '"key":"::add-mask::fox"'))
    for clip in folder.glob("out/**/*.mp4"):
        clip.unlink()
    ran, commands, *_ = step("verify", manifest, *flags)
    assert (ran.code, commands) == (1, [])
    assert ": :add-mask::fox: " in ran.out


def test_a_file_s_name_is_no_command_where_its_problems_are_listed(step, folder):
    (folder / "::add-mask::a.yaml").write_text("version: 2\n")
    ran, commands, *_ = step("validate", "::add-mask::a.yaml")
    assert (ran.code, commands) == (2, [])
    assert ran.out.startswith(": :add-mask::a.yaml:1:1: ")


def test_a_comment_that_is_printed_to_a_log_holds_no_command(step, manifest, folder):
    text = manifest.read_text().replace('"A {{ animal }}."', '"::error::x ##[add-mask]{{ animal }}"')
    (folder / "small.yaml").write_text(text.replace("[fox, owl]", "[fox, '::add-mask::owl']"))
    ran, commands, *_ = step("plan", manifest, "--format", "markdown")
    assert (ran.code, commands) == (0, [])
    assert "## [add-mask]fox" in ran.out
