"""Files that are made anew each time: put in place whole or not at all."""

from __future__ import annotations

from pathlib import Path

from sora2batch.errors import UsageError
from sora2batch.lockfile.disk import SystemDisk
from sora2batch.lockfile.error import SaveError
from sora2batch.lockfile.file import replace_file


def write_over(path: Path, data: bytes) -> None:
    """Put a file in place of what has its name; whoever calls knows that it may.

    Raises:
        UsageError: it cannot be written; what was there is there still.
    """
    try:
        replace_file(path, data, disk=SystemDisk())
    except SaveError as error:
        raise UsageError(error.message) from error


def check_folder(path: Path) -> None:
    """Refuse a file's name in a folder that is not there.

    Raises:
        UsageError: it is not.
    """
    if not path.parent.is_dir():
        raise UsageError(f"cannot write {path}: there is no folder {path.parent}")
