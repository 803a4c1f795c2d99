"""Which program this is: its version, and the commit that it was built from.

``commit.txt`` is written by the build (``hatch_build.py``), and by git where it makes an archive. In a
checkout it is a blank, and git is asked: only who wants to know waits for that.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from sora2batch import __version__
from sora2batch.manifest.git import GitError, ask_git

HOME = "https://github.com/sora2batch/sora2batch"
"""Where the project lives. Whatever else names it must agree: ``tests/cli/test_home.py``."""
COMMIT_FILE = "sora2batch/commit.txt"
"""As seen from the root of a checkout."""
_PARTS = ("sora2batch", "schemas", "pyproject.toml")
"""What the program is made of."""
_ROOT = Path(__file__).parents[2]
_TEXT = re.compile(r"([0-9a-f]{40,64}) (\d{4}-\d\d-\d\d)( changed)?\n?")
_SHOWN_DIGITS = 9


class Commit(NamedTuple):
    """A commit of git that a program was made of."""

    digits: str
    date: str
    is_changed: bool
    """Whether files were changed since."""

    def __str__(self) -> str:
        since = ", changed since" if self.is_changed else ""
        return f"{self.digits[:_SHOWN_DIGITS]} {self.date}{since}"


def version_and_python() -> str:
    """Say all that a report of a bug needs: version, commit, Python."""
    return f"{version_and_commit()}, Python {'.'.join(map(str, sys.version_info[:3]))}"


def version_and_commit() -> str:
    """Say version and commit as cargo and uv do; the commit is left out where it is not known."""
    commit = find_commit(_ROOT)
    return f"sora2batch {__version__} ({commit})" if commit else f"sora2batch {__version__}"


def find_commit(root: Path) -> Commit | None:
    """Read the commit that was written down when this was built, or ask git in a checkout."""
    try:
        text = (root / COMMIT_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if found := _TEXT.fullmatch(text):
        return Commit(found[1], found[2], is_changed=found[3] is not None)
    return _ask_git(root) if (root / ".git").exists() else None


def commit_text(commit: Commit) -> str:
    """Write what ``find_commit`` reads."""
    return f"{commit.digits} {commit.date}{' changed' if commit.is_changed else ''}\n"


def _ask_git(root: Path) -> Commit | None:
    try:
        told = ask_git(root, "rev-list", "-1", "--format=%cs", "HEAD").decode().split()
        changes = ask_git(
            root, "status", "--porcelain", "--untracked-files=normal", "--", *_PARTS
        ).splitlines()
    except GitError:
        return None
    if b"?? sora2batch/" in changes:  # somebody's own repository, into which this was copied
        return None
    _, digits, date = told
    return Commit(digits, date, is_changed=bool(changes))
