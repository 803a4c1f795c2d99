"""Real git repositories in temporary folders, untouched by whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SETTINGS = {
    "user.name": "A",
    "user.email": "a@b.example",
    "commit.gpgsign": "false",
    "init.defaultBranch": "main",
    "core.autocrlf": "false",
}


def git(folder: Path, *words: object, **environment: str) -> str:
    """Call git; an error of its own is the test's."""
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = ["git", "-C", str(folder), *options, *map(str, words)]
    ran = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return ran.stdout


def commit(folder: Path, *names: object, message: str = "one") -> None:
    """Commit some files of a folder, ignored ones as well, or all; it becomes a repository if it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", *(("--force", "--", *names) if names else ["--all"]))
    git(folder, "commit", "-qm", message)


def foreign_git(folder: Path, monkeypatch) -> None:
    """Have git believe that every repository belongs to another user, as on a shared disk."""
    program = folder / "git"
    program.write_text(f'#!/bin/sh\nexec env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 {shutil.which("git")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
