"""The one place that runs git: it answers questions about a folder, whatever is going on around it.

Hooks and ``git rebase -x`` run programs with variables that name *their* repository, index and work tree; git
would believe those rather than the folder that it is asked about.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Container, Mapping
from pathlib import Path

from sora2batch.ground.errors import Sora2BatchError

_SECONDS = 60.0
"""A partial clone may have to fetch what it is asked for."""
_KEPT = frozenset(
    {
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_ALLOW_PROTOCOL",
        "GIT_PROTOCOL_FROM_USER",
        "GIT_PROXY_COMMAND",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
    }
)
"""Which settings apply and how a remote is reached; every other variable is about some call of git."""
_FIXED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "LC_ALL": "C",
    "LANGUAGE": "",
}
"""It only looks, asks nobody, and gives its reasons in the words that are looked for here."""
_OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false")
_REMEDY = "git config --global --add safe.directory "


class GitError(Sora2BatchError):
    """Git is not there, or cannot or will not answer."""


class NoRepositoryError(GitError):
    """The folder belongs to no repository."""


def ask_git(folder: Path, *arguments: str, fine: Container[int] = (0,)) -> bytes:
    """Ask git about a folder and give back what it answers.

    Raises:
        GitError: it is not installed, takes too long, or refuses, in its own words.
    """
    command = ["git", "-C", str(folder), *_OPTIONS, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; what a user wrote stands behind -- or is checked
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=clean_environment(os.environ),
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git does not answer about {folder.as_posix()} within {_SECONDS:.0f} s") from error
    except OSError as error:
        raise _not_runnable(error) from error
    if done.returncode not in fine:
        raise _refusal(folder, done.stderr.decode(errors="replace"))
    return done.stdout


def start_git(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a git that answers through its pipes; whoever starts it ends it.

    Raises:
        GitError: it is not installed.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - no shell; the arguments are ours
            ["git", "-C", str(folder), *_OPTIONS, *arguments],  # noqa: S607 - wherever it is installed
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(os.environ),
        )
    except OSError as error:
        raise _not_runnable(error) from error


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what a hook or a caller told its own git, and have ours keep quiet."""
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"} | kept | _FIXED


def _not_runnable(error: OSError) -> GitError:
    why = (error.strerror or str(error)).lower()
    return GitError(f"git cannot be run: {why}", hint="is git installed?")


def _refusal(folder: Path, said: str) -> GitError:
    lines = ["".join(one if one.isprintable() else " " for one in line).strip() for line in said.splitlines()]
    if remedy := next((line for line in lines if line.startswith(_REMEDY)), None):
        return GitError(
            f"git refuses to read {folder.as_posix()}: the repository belongs to another user",
            hint=f"if you trust it: {remedy}",
        )
    fatal = (line for line in lines if line.startswith(("fatal:", "error:")))
    why = next(fatal, lines[0] if lines else "it gave no reason").removeprefix("fatal: ")
    kind = NoRepositoryError if "not a git repository" in why else GitError
    return kind(f"git cannot read {folder.as_posix()}: {why}")
