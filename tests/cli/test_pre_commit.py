"""The hooks, by the real pre-commit, from a clone of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from fakes.repository import git

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SHIPPED = (
    "sora2batch",
    "schemas",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)
CONFIG = """\
repos:
  - repo: {url}
    rev: {rev}
    hooks: [{{id: sora2batch-fmt}}, {{id: sora2batch-validate}}, {{id: sora2batch-lock-check}}]
"""


@pytest.fixture
def hooks(folder, tmp_path_factory, monkeypatch):
    """Install the hooks as pre-commit does, but for what the package needs: that is here already."""
    source = tmp_path_factory.mktemp("source")
    files = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SHIPPED)
    for name in filter(None, files.split("\0")):
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    git(source, "init", "-q")
    git(source, "add", ".")
    git(source, "commit", "-qm", "x")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    for name in ("PIP_NO_INDEX", "PIP_NO_DEPS", "PIP_NO_COMPILE", "PIP_DISABLE_PIP_VERSION_CHECK"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # which is how pip spells it
    git(folder, "init", "-q")
    rev = git(source, "rev-parse", "HEAD").strip()
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(url=source, rev=rev))

    def run() -> subprocess.CompletedProcess[str]:
        git(folder, "add", ".")
        command = [BIN / "pre-commit", "run", "--color=never"]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ
        )

    return run


@pytest.mark.slow
def test_the_hooks_stop_what_is_broken_and_nothing_else(hooks, folder, manifest):
    text = manifest.read_text()
    (folder / "notes.yaml").write_text("no:  manifest\n")
    (folder / "data").mkdir()
    (folder / "data/animals.csv").write_text("animal\nfox\n")
    text = text.replace("[fox, owl]", "{from: data/animals.csv}").replace(
        "{{ animal }}", "{{ animal.animal }}"
    )
    manifest.write_text(text.replace("\njobs:", "\n\n\n\njobs:"))
    ran = hooks()
    assert (ran.returncode, ran.stdout.count("files were modified by this hook")) == (1, 1)
    assert manifest.read_text() != text
    ran = hooks()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    text = manifest.read_text()
    assert (folder / "notes.yaml").read_text() == "no:  manifest\n"
    git(folder, "commit", "-qm", "first")

    (folder / "data/animals.csv").write_text("beast\nfox\n")  # the manifest itself is as it was
    (folder / "small.lock.jsonl").write_text("<<<<<<< ours\n")
    ran = hooks()
    assert ran.returncode == 1
    assert "\nsmall.yaml:" in ran.stdout
    assert "[undefined-name]" in ran.stdout
    assert "small.lock.jsonl has merge conflict marks" in ran.stdout
