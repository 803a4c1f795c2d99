"""Paths that a lockfile names: edited by hand or on another branch, they must stay inside all the same."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath


def parts_inside(path: str) -> tuple[str, ...]:
    """Split a path that is relative to ``output.dir``; nothing for one that would lead out on any system."""
    there, elsewhere = PurePosixPath(path), PureWindowsPath(path)
    leads_out = there.is_absolute() or elsewhere.anchor or ".." in there.parts + elsewhere.parts
    return () if leads_out or "\0" in path else there.parts
