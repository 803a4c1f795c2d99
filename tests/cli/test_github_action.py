"""action.yml and its scripts, run as a runner of GitHub Actions would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from fakes import gh
from fakes.actions_runner import Runner, commands_in
from fakes.building import entry_of, job_of
from fakes.lock_entry import completed
from fakes.repository import git
from sora2batch import __version__
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import Lockfile

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
BIN = Path(sys.executable).parent
SOURCED = {"arguments.sh", "lockfiles.sh"}
SCRIPTS = sorted((ROOT / "action").glob("*.sh"))


@pytest.fixture
def origin(folder, manifest):
    """The repository at GitHub, with the manifest on its branch main."""
    seed, bare = folder / "seed", folder / "origin.git"
    seed.mkdir()
    git(seed, "init", "-q")
    (seed / ".gitattributes").write_text("*.lock.jsonl merge=union\n")
    manifest.replace(seed / manifest.name)
    git(seed, "add", ".")
    git(seed, "commit", "-qm", "first")
    git(folder, "clone", "-q", "--bare", seed, bare)
    return bare


def checked_out(origin: Path, name: str, *flags: str) -> Path:
    git(origin.parent, "clone", "-q", *flags, origin.as_uri(), origin.parent / name)
    return origin.parent / name


def committed(clone: Path, message: str) -> None:
    git(clone, "add", ".")
    git(clone, "commit", "-qm", message)


@pytest.fixture
def proposed(origin):
    """A pull request that asks for one more animal: a shallow checkout of its merge with main."""
    clone = checked_out(origin, "author")
    git(clone, "switch", "-qc", "more")
    text = (clone / "small.yaml").read_text()
    (clone / "small.yaml").write_text(text.replace("[fox, owl]", "[fox, owl, cat]"))
    committed(clone, "more")
    git(clone, "switch", "-q", "main")
    git(clone, "merge", "-q", "--no-ff", "-m", "merge", "more")
    git(clone, "push", "-q", "origin", "HEAD:refs/heads/pull")
    return checked_out(origin, "work", "--depth=2", "--single-branch", "--branch=pull")


@pytest.fixture
def github(folder):
    return gh.GitHub(folder / "github.json")


@pytest.fixture
def runner(folder, github):
    """Make a runner for a checkout, with the variables of an event."""

    def runner(workspace: Path, path: Path | None = None, **environment: str) -> Runner:
        for name in ("bin", "temp"):
            (folder / name).mkdir(exist_ok=True)
        gh.program(folder / "bin", folder / "github.json")
        programs = [path] if path else [BIN, "/usr/local/bin", "/usr/bin", "/bin"]
        found = os.pathsep.join(map(str, (folder / "bin", *programs)))
        about = {"GITHUB_REPOSITORY": "studio/films", "GITHUB_RUN_ID": "42"}
        return Runner(folder / "temp", workspace, found, **about, **environment)

    return runner


PULL = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_BASE_REF": "main"}
MERGED = {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}


def codes(steps):
    return {step.name: step.code for step in steps}


def test_a_plan_is_one_comment_that_is_renewed_whatever_others_say(proposed, runner, github):
    marker = "<!-- sora2batch plan: small.yaml -->"
    github.add("mallory", f"{marker}\nmine")
    github.add(gh.BOT, "<!-- sora2batch plan: other.yaml -->\nanother plan")
    there = github.comments
    work = runner(proposed, **PULL)
    steps, outputs = work.run(ACTION, manifests="small.yaml")
    assert codes(steps) == {"Install sora2batch": 0, "Plan": 0, "Comment": 0}, steps
    assert (outputs["changed"], outputs["submit"], outputs["difference"]) == ("true", "3", "420")
    (author, body) = github.comments[2]
    assert github.comments[:2] == there
    assert author == gh.BOT
    assert body.startswith(f"{marker}\n### Plan for `small.yaml`\n")
    assert "#### Since `origin/main`" in body
    assert "| added | `hero/cat` | +420 |" in body

    (proposed / "small.yaml").write_text((proposed / "small.yaml").read_text().replace(", cat", ""))
    steps, outputs = work.run(ACTION, manifests="\n  small.yaml\n")
    assert outputs["changed"] == "false"
    assert len(github.comments) == 3
    assert "No job changed." in github.comments[2][1]


def test_no_comment_is_made_where_nothing_changed_or_nobody_asked(origin, runner, github):
    work = checked_out(origin, "work")
    steps, _ = runner(work, **PULL).run(ACTION, manifests="small.yaml")
    assert "nothing has changed" in steps[-1].log
    steps, _ = runner(work, **MERGED).run(ACTION, manifests="small.yaml")
    assert "no pull request" in steps[-1].log
    steps, _ = runner(work, **PULL).run(ACTION, manifests="small.yaml", comment="false")
    assert "Comment" not in codes(steps)
    assert github.comments == []


@pytest.mark.parametrize("may", ["read", "nothing"])
def test_a_token_that_may_not_comment_is_a_warning(proposed, runner, github, may):
    github.allow(may)
    steps, _ = runner(proposed, **PULL).run(ACTION, manifests="small.yaml")
    assert set(codes(steps).values()) == {0}
    assert [one.name for one in commands_in(steps[-1].log)] == ["warning"]


def test_a_broken_manifest_fails_and_the_comment_says_so(proposed, runner, github):
    path = proposed / "small.yaml"
    path.write_text(path.read_text().replace("mode: std", 'mode: "##[add-mask]a"'))
    steps, _ = runner(proposed, **PULL).run(ACTION, manifests="small.yaml")
    assert codes(steps) == {"Install sora2batch": 0, "Plan": 2, "Comment": 0}
    assert {one.name for one in commands_in(steps[1].log)} == {"error"}
    assert github.comments[0][1].startswith("<!-- sora2batch plan: small.yaml -->\n### There is no plan\n")


@pytest.mark.slow
def test_the_action_installs_what_it_is_a_part_of(origin, runner, folder, monkeypatch):
    """But for what the package needs: that is here already."""
    only = folder / "only"
    only.mkdir()
    for name in ("git", "bash", "sh", "cp", "cat", "env", "grep"):
        (only / name).symlink_to(shutil.which(name))
    environment = {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_BUILD_ISOLATION": "0"}
    environment |= {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_CACHE_DIR": "1", "PIP_NO_COMPILE": "1"}
    work = runner(checked_out(origin, "work"), path=only, **PULL, **environment)
    steps, outputs = work.run(ACTION, manifests="small.yaml", python=sys.executable, comment="false")
    assert codes(steps) == {"Install sora2batch": 0, "Plan": 0}, steps
    assert steps[0].log.splitlines()[-1].startswith(f"sora2batch {__version__}")
    assert outputs["changed"] == "false"
    assert (folder / "temp/sora2batch/bin/sora2batch").exists()


def test_validate_annotates_and_fails(proposed, runner):
    steps, _ = runner(proposed, **PULL).run(ACTION, command="validate", manifests="small.yaml")
    assert codes(steps) == {"Install sora2batch": 0, "Validate": 0}
    path = proposed / "small.yaml"
    path.write_text(path.read_text().replace("mode: std", "mode: PRO"))
    steps, _ = runner(proposed, **PULL).run(ACTION, command="validate", manifests="small.yaml")
    assert steps[1].code == 2
    assert [one.properties["title"] for one in commands_in(steps[1].log)] == ["not-allowed-value"]


def test_no_input_is_a_script_or_an_option(proposed, runner):
    evil = proposed.parent / "evil"
    for name in (f"$(touch {evil}) `touch {evil}`; touch {evil}", "--help"):
        steps, _ = runner(proposed, **PULL).run(ACTION, manifests=name, base=name, plan_file=name)
        assert codes(steps)["Plan"] == 2
    assert not evil.exists()


@pytest.fixture
def paid(api):
    """The variables with which a run reaches the simulated API."""
    api()
    return {name: os.environ[name] for name in ("SORA2BATCH_API_URL", "SJINN_API_KEY")}


def test_the_plan_that_was_approved_is_run_once_whatever_is_run_again(origin, runner, paid):
    planned = checked_out(origin, "planned")
    runner(planned, **MERGED).run(ACTION, manifests="small.yaml", plan_file="plan.json")
    plan = (planned / "plan.json").read_bytes()
    for name in ("first", "again"):
        # A job that is run again checks out the commit of its event, not what it has pushed itself.
        work = checked_out(origin, name)
        git(work, "switch", "-q", "--detach", git(planned, "rev-parse", "HEAD").strip())
        (work / "plan.json").write_bytes(plan)
        steps, _ = runner(work, **MERGED, **paid).run(ACTION, command="run", plan_file="plan.json")
        assert codes(steps) == {"Install sora2batch": 0, "Run": 0, "Keep the lockfile": 0}, steps
    assert "no lockfile has changed" in steps[-1].log
    lines = git(origin, "show", "main:small.lock.jsonl").splitlines()
    assert sum('"state":"completed"' in line for line in lines) == 2
    assert git(origin, "log", "--format=%s", "main").splitlines() == [
        "sora2batch: what run 42 has paid for",
        "first",
    ]


def test_a_plan_of_another_manifest_sends_nothing(origin, runner, paid):
    planned = checked_out(origin, "planned")
    runner(planned, **MERGED).run(ACTION, manifests="small.yaml", plan_file="plan.json")
    (planned / "small.yaml").write_text((planned / "small.yaml").read_text().replace("std", "pro"))
    git(planned, "commit", "-qam", "other")
    git(planned, "push", "-q", "origin", "HEAD:main")
    steps, _ = runner(planned, **MERGED, **paid).run(ACTION, command="run", plan_file="plan.json")
    assert codes(steps) == {"Install sora2batch": 0, "Run": 2, "Keep the lockfile": 0}
    assert "stale" in steps[1].log
    assert "small.lock.jsonl" not in git(origin, "ls-tree", "--name-only", "main")


def paid_for(folder: Path, suffix: str, name: str = "fox") -> None:
    """Leave what a run leaves that has paid for a job."""
    job = job_of(name, credits=420)
    lockfile = Lockfile(manifest="small.yaml", entries={job.fingerprint: entry_of(job, completed())})
    (folder / f"small.{suffix}.jsonl").write_bytes(encode_lockfile(lockfile))


@pytest.mark.parametrize("suffix", ["lock", "journal"])
def test_what_a_failed_or_killed_run_paid_is_kept_beside_what_others_pushed_meanwhile(origin, runner, suffix):
    work, other = checked_out(origin, "work"), checked_out(origin, "other")
    (other / "notes.txt").write_text("x")
    committed(other, "notes")
    hook = work / ".git/hooks/pre-commit"  # the other push comes between the run and its own
    hook.write_text(
        f'#!/bin/sh\nunset $(git rev-parse --local-env-vars)\ngit -C "{other}" push -q origin main\n'
    )
    hook.chmod(0o755)
    paid_for(work, suffix)
    steps, _ = runner(work, **MERGED).run(ACTION, command="run", manifests="small.yaml")
    assert codes(steps) == {"Install sora2batch": 0, "Run": 2, "Keep the lockfile": 0}, steps
    assert git(origin, "log", "--format=%s", "main").splitlines() == [
        "sora2batch: what run 42 has paid for",
        "notes",
        "first",
    ]
    assert '"completed"' in git(origin, "show", "main:small.lock.jsonl")


def test_what_a_protected_branch_does_not_take_waits_beside_it_and_counts(origin, runner):
    hook = origin / "hooks/update"
    hook.write_text('#!/bin/sh\ntest "$1" != refs/heads/main\n')
    hook.chmod(0o755)
    work = checked_out(origin, "work")
    paid_for(work, "lock")
    steps, _ = runner(work, **MERGED).run(ACTION, command="run", manifests="small.yaml")
    assert codes(steps)["Keep the lockfile"] == 0
    assert "waits in refs/sora2batch/main" in commands_in(steps[-1].log)[-1].message

    planned = checked_out(origin, "planned")
    _, outputs = runner(planned, **MERGED).run(ACTION, manifests="small.yaml")
    assert outputs["spent"] == "420"
    again = checked_out(origin, "again")
    paid_for(again, "lock", "owl")
    runner(again, **MERGED).run(ACTION, command="run", manifests="small.yaml")
    assert git(origin, "show", "refs/sora2batch/main:small.lock.jsonl").count('"completed"') == 2

    hook.unlink()  # and when the branch takes it, nothing waits any more
    steps, _ = runner(checked_out(origin, "last"), **MERGED).run(
        ACTION, command="run", manifests="small.yaml"
    )
    assert codes(steps)["Keep the lockfile"] == 0
    assert git(origin, "show", "main:small.lock.jsonl").count('"completed"') == 2
    assert git(origin, "for-each-ref", "refs/sora2batch") == ""


def test_a_run_is_the_process_of_its_step_so_that_a_cancellation_reaches_it(origin, runner, folder):
    only = folder / "only"
    only.mkdir()
    for name in ("git", "bash", "grep"):
        (only / name).symlink_to(shutil.which(name))
    (only / "sora2batch").write_text('#!/bin/sh\necho "$PPID"\n')
    (only / "sora2batch").chmod(0o755)
    work = runner(checked_out(origin, "work"), path=only, **MERGED, PATH=str(only))
    steps, _ = work.run(ACTION, command="run", manifests="small.yaml", push_lockfile="false")
    assert steps[-1].log.strip() == str(os.getpid())


def test_a_lockfile_that_cannot_be_pushed_is_an_error(origin, runner):
    hook = origin / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    work = checked_out(origin, "work")
    paid_for(work, "lock")
    steps, _ = runner(work, **MERGED).run(ACTION, command="run", manifests="small.yaml")
    assert codes(steps)["Keep the lockfile"] == 1
    assert "Do not run again" in commands_in(steps[-1].log)[-1].message


def test_the_action_fits_its_schema_and_its_scripts_their_linters():
    for command in (
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION],
        [BIN / "shellcheck", "--external-sources", *SCRIPTS],
        [BIN / "zizmor", "--offline", "--quiet", ACTION],
    ):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert all(os.access(script, os.X_OK) for script in SCRIPTS if script.name not in SOURCED)


WORKFLOWS = sorted((ROOT / "docs/ci").glob("github-*.yml"))


def test_the_workflows_that_are_shown_fit_their_schema_and_open_no_door(folder):
    config = folder / "zizmor.yml"
    config.write_text('rules: {unpinned-uses: {config: {policies: {"*": any}}}}\n')
    for command in (
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
        [BIN / "zizmor", "--offline", "--quiet", "--config", config, *WORKFLOWS],
    ):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_workflows_that_are_shown_use_what_the_action_has():
    action = yaml.safe_load(ACTION.read_text())
    page = (ROOT / "docs/ci.md").read_text()
    for workflow in WORKFLOWS:
        text = workflow.read_text()
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                if "sora2batch" in step.get("uses", ""):
                    assert step["with"].keys() <= action["inputs"].keys()
        assert set(re.findall(r"steps\.plan\.outputs\.(\w+)", text)) <= action["outputs"].keys()
        assert f"(ci/{workflow.name})" in page
    assert {f"| `{name}` |" for name in action["inputs"]} <= set(
        re.findall(r"^\| `[\w-]+` \|", page, re.MULTILINE)
    )
    assert all(f"`{name}`" in page for name in action["outputs"])
