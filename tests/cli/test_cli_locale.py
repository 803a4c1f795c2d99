"""Locales without UTF-8: what is said, and the names of files, are the same bytes in each of them."""

import json
import os
import subprocess
import sys

import pytest

SORA2BATCH = [sys.executable, "-m", "sora2batch"]
NARROW = {"LC_ALL": "C", "PYTHONUTF8": "0"}
CAMPAIGN = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 5000}
jobs:
  héro:
    matrix: {animal: [füchse, 狐]}
    input: {prompt: "{{ animal }} läuft → {{ hole }}.", image: "https://samples.sora2batch.example/狐.jpg"}
vars: {hole: ""}
run: {poll_interval: 0.05, timeout: 120}
output: {dir: out/clïps}
"""


@pytest.fixture
def campaign(folder):
    name = "kämpagne.yaml"
    (folder / name).write_text(CAMPAIGN, encoding="utf-8")
    return name


def called(*arguments, environ=None, **more):
    words = [*SORA2BATCH, *arguments]
    return subprocess.run(
        words, capture_output=True, check=False, env={**os.environ, **(environ or {})}, **more
    )


@pytest.mark.parametrize(
    "command",
    [
        "plan", "plan --json", "plan --format markdown", "status", "status --json", "status --csv", "validate",
        "validate --json", "validate --format sarif", "explain", "explain --json", "run --dry-run", "doctor --json",
    ],
)  # fmt: skip
def test_a_narrow_locale_changes_no_byte(campaign, command):
    words = [*command.split(), campaign, *(["héro/狐"] if "explain" in command else [])]
    narrow, wide = called(*words, environ=NARROW), called(*words)
    assert (narrow.returncode, narrow.stdout, narrow.stderr) == (wide.returncode, wide.stdout, wide.stderr)
    assert narrow.returncode in {0, 2}
    if "--json" in command:
        json.loads(narrow.stdout.decode("utf-8"))


def test_a_run_in_a_narrow_locale_names_its_files_as_everywhere(campaign, folder):
    ran = called("run", campaign, "--simulate", "--json", environ=NARROW)
    assert ran.returncode == 0, ran.stderr
    assert {one["key"] for one in json.loads(ran.stdout)["jobs"]} == {"héro/fuchse", "héro/狐"}
    clips = {path.relative_to(folder).as_posix() for path in folder.rglob("*.mp4")}
    assert clips == {"out/clïps.sim/héro/fuchse.mp4", "out/clïps.sim/héro/狐.mp4"}
    assert called("verify", campaign, "--simulate").returncode == 0
    said = [called("report", campaign, "--simulate", environ=environ) for environ in (NARROW, {})]
    assert said[0].stdout == said[1].stdout
    assert (folder / "kämpagne.sim.report.html").is_file()


def test_what_cannot_be_spelled_where_an_encoding_is_asked_for_is_spelled_in_escapes(campaign):
    ran = called("plan", campaign, environ={"PYTHONIOENCODING": "latin-1"})
    assert ran.returncode == 0
    assert "héro/\\u72d0".encode("latin-1") in ran.stdout
    document = called("plan", campaign, "--json", environ={"PYTHONIOENCODING": "latin-1"})
    assert document.stdout == called("plan", campaign, "--json").stdout


def test_the_program_begins_again_once_and_keeps_what_python_was_told(folder):
    words = [sys.executable, "-W", "error", "-m", "sora2batch", "--version"]
    environ = {**os.environ, **NARROW}
    ran = subprocess.run(words, capture_output=True, check=False, env=environ, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, b"")
