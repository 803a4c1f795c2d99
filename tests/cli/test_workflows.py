"""What GitHub runs for this repository, as far as that can be known without GitHub."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (GITHUB / "workflows").glob("*.yml")}
JOBS = [
    pytest.param(workflow, job, id=f"{name}: {key}")
    for name, workflow in WORKFLOWS.items()
    for key, job in workflow["jobs"].items()
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SYSTEMS = {
    "macos-latest": "MacOS",
    "ubuntu-latest": "POSIX :: Linux",
    "windows-latest": "Microsoft :: Windows",
}
PAGE = (ROOT / "docs/releasing.md").read_text()


def checked(*command: object) -> None:
    ran = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", "workflows/*.yml"),
        ("dependabot", "dependabot.yml"),
        ("github-issue-forms", "ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", "ISSUE_TEMPLATE/config.yml"),
    ],
)
def test_each_file_fits_its_schema(schema, pattern):
    files = sorted(GITHUB.glob(pattern))
    assert files
    checked(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


def test_they_open_no_door():
    checked(BIN / "zizmor", "--offline", "--quiet", GITHUB)


def test_scripts_are_sound():
    scripts = sorted((ROOT / ".ci").iterdir())
    checked(BIN / "shellcheck", *scripts)
    assert all(script.stat().st_mode & 0o111 for script in scripts)


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_may_do_nothing_and_runs_once(workflow):
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_says_what_it_may_and_how_long(workflow, job):
    assert "permissions" in job
    assert "timeout-minutes" in job or job["uses"].startswith("./.github/workflows/")
    for step in job.get("steps", ()):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_step_is_an_action_of_one_commit_or_one_command(workflow, job):
    for step in job.get("steps", ()):
        if "uses" in step:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", step["uses"])
        else:
            (command,) = step["run"].strip().splitlines()
            program, *rest = command.split()
            assert program in {"make", *(f".ci/{path.name}" for path in (ROOT / ".ci").iterdir())}
            if program == "make":
                assert f"\n{rest[0]}: " in (ROOT / "Makefile").read_text()
            assert not set("|&;$(") & set(command.replace('"$GITHUB_REF_NAME"', ""))


def test_every_action_has_one_commit_and_says_its_version():
    pins = {}
    for path in (GITHUB / "workflows").glob("*.yml"):
        for action, commit, version in re.findall(
            r"uses: (\S+)@(\S+)(?: # (v[\d.]+))?$", path.read_text(), re.MULTILINE
        ):
            assert version, action
            assert pins.setdefault(action, (commit, version)) == (commit, version)
    assert pins


def test_what_signs_or_publishes_runs_nothing_of_ours_but_the_announcement():
    for key, job in WORKFLOWS["release"]["jobs"].items():
        writes = {name for name, right in job["permissions"].items() if right == "write"}
        commands = [step["run"] for step in job.get("steps", ()) if "run" in step]
        match key:
            case "attest":
                assert (writes, commands) == ({"id-token", "attestations"}, [])
            case "publish":
                assert (writes, commands, job["environment"]["name"]) == ({"id-token"}, [], "pypi")
            case "announce":
                assert (writes, commands) == ({"contents"}, ['.ci/announce "$GITHUB_REF_NAME"'])
            case _:
                assert writes == set()


def test_what_is_published_is_the_artifact_that_was_tried():
    jobs = WORKFLOWS["release"]["jobs"]
    for key in ("sbom", "attest", "publish", "announce"):
        downloads = [
            step["with"]["artifact-ids"] for step in jobs[key]["steps"] if "download" in step.get("uses", "")
        ]
        assert "${{ needs.test.outputs.dist }}" in downloads
        assert "test" in jobs[key]["needs"]
    test = WORKFLOWS["test"]
    assert (
        test[True]["workflow_call"]["outputs"]["dist"]["value"] == "${{ jobs.dist.outputs.artifact }}"
    )  # YAML 1.1: on
    (download,) = [step for step in test["jobs"]["elsewhere"]["steps"] if "download" in step.get("uses", "")]
    assert download["with"]["artifact-ids"] == "${{ needs.dist.outputs.artifact }}"


def test_pythons_and_systems_that_are_claimed_are_those_that_are_tested():
    jobs = WORKFLOWS["test"]["jobs"]
    linux, elsewhere = jobs["linux"], jobs["elsewhere"]
    pythons = linux["strategy"]["matrix"]["python"]
    others = elsewhere["strategy"]["matrix"]
    claimed = {one.removeprefix("Programming Language :: Python :: ") for one in PROJECT["classifiers"]}
    assert {one for one in claimed if re.fullmatch(r"3\.\d+", one)} == set(pythons)
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert others["python"] == [pythons[0], pythons[-1]]
    systems = {SYSTEMS[name] for name in (linux["runs-on"], *others["system"])}
    assert {f"Operating System :: {name}" for name in systems} == {
        one for one in PROJECT["classifiers"] if one.startswith("Operating System")
    }
    assert f"| Linux, Python {', '.join(pythons)} |" in PAGE
    assert f"| macOS and Windows, Python {' and '.join(others['python'])} |" in PAGE
    assert f"Python {pythons[0]} to {pythons[-1]} is tested whole" in (ROOT / "README.md").read_text()
