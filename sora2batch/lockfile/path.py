"""Paths that a lockfile names: edited by hand or on another branch, they must stay inside all the same."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath

from sora2batch.ground.job import FORMER_FOLDER

_NAME = r"[A-Za-z0-9_#-][A-Za-z0-9_#.-]*"
_FORMER = f"{FORMER_FOLDER}/"
_PLAIN = re.compile(rf"{_NAME}(?:/{_NAME})*")


def is_plainly_inside(path: str) -> bool:
    """Tell whether a path stays inside beyond doubt, as most do: a quick answer, asked for every job."""
    return _PLAIN.fullmatch(path) is not None


def is_former(path: str | None) -> bool:
    """Tell whether a path is that of a result which gave its name to another."""
    return path is not None and path[: len(_FORMER)].casefold() == _FORMER


def parts_inside(path: str) -> tuple[str, ...]:
    """Split a path that is relative to ``output.dir``; nothing for one that would lead out on any system."""
    if is_plainly_inside(path):
        return tuple(path.split("/"))
    there, elsewhere = PurePosixPath(path), PureWindowsPath(path)
    leads_out = there.is_absolute() or elsewhere.anchor or ".." in there.parts + elsewhere.parts
    return () if leads_out or "\0" in path else there.parts
