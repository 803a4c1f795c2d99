"""Paths as others look for them: seen from the root of the repository."""

from __future__ import annotations

import os
from pathlib import Path


def in_workspace(file: str) -> str:
    """Spell a path as seen from the root of the repository that a workflow of GitHub Actions checked out.

    Elsewhere, and outside of it, it stays as it was given.
    """
    root = os.environ.get("GITHUB_WORKSPACE")
    if not root:
        return file
    try:
        return Path(file).resolve().relative_to(Path(root).resolve()).as_posix()
    except (ValueError, OSError):
        return file
