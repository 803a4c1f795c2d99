"""Files as words of a command line that can be copied into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path


def as_argument(path: Path) -> str:
    """Write a path so that no command takes it for an option; it is not quoted yet."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def arguments_for(manifest: Path, *, simulated: bool, tools_dirs: Sequence[Path] = ()) -> str:
    """Write, for a shell, what a command of ours is to be given so that it means this manifest."""
    flags = ["--simulate"] if simulated else []
    flags += [word for folder in tools_dirs for word in ("--tools-dir", str(folder))]
    return shlex.join([as_argument(manifest), *flags])
