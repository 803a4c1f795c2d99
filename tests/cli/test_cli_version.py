"""``--version``, and who else says which program this is."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from fakes.repository import git
from sora2batch import __version__
from sora2batch.app.program_version import HOME, version_and_commit, version_and_python

ROOT = Path(__file__).parents[2]


def test_the_version_names_its_commit_and_python(call):
    ran = call("--version")
    python = ".".join(map(str, sys.version_info[:3]))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{version_and_python()}\n"
    assert re.fullmatch(
        rf"sora2batch {re.escape(__version__)}( \([0-9a-f]{{9}} [\d-]+(, changed since)?\))?, Python {python}\n",
        ran.out,
    )


def test_in_a_checkout_the_commit_is_its_own_wherever_one_is(call, folder):
    """Not that of the repository in which somebody works."""
    if not (ROOT / ".git").exists():
        assert "(" not in call("--version").out
        return
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    assert f"({git(ROOT, 'rev-parse', 'HEAD')[:9]} " in call("--version").out


def test_the_version_goes_before_all_else(call):
    assert call("--version", "plan", "missing.yaml").out == f"{version_and_python()}\n"


def test_doctor_log_file_and_sarif_say_the_same(call, folder, manifest):
    assert f"ok    program: {version_and_python()}\n" in call("doctor").out
    call("validate", manifest, "--log-file", "log")
    assert f" begins: {version_and_python()}, {sys.platform}\n" in (folder / "log").read_text()
    driver = json.loads(call("validate", manifest, "--format", "sarif").out)["runs"][0]["tool"]["driver"]
    assert driver["fullName"] == version_and_commit()
    assert driver["semanticVersion"] == driver["version"] == __version__
    assert driver["informationUri"] == HOME
